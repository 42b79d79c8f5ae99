"""Who is asked: the owner, the deputy, then who owns the objective; and who is left alone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from reports.alerts import compose
from reports.digest import compose_digest
from sightline.alert_policy import AlertPolicy
from sightline.casebook import Casebook, Message
from sightline.casebook.acts import Accept, Acknowledge, Act, Decide, Decline, Dismiss, TakeAction
from tests.reports.announcing import DEPUTY, LEAD, NAMES, announce, second_episode
from tests.reports.conftest import NOW
from tests.reports.firm import CASE, Firm

ACK = Acknowledge(note="")


def test_the_deputy_is_told_once_the_owner_has_left(firm: Firm, casebook: Casebook) -> None:
    assert _readers(firm, casebook) == [None, LEAD]
    firm.marts.execute(
        "update marts.dim_role set acting = ? where role_id = 'maintenance_lead'", [DEPUTY]
    )
    assert _readers(firm, casebook) == [None, DEPUTY]
    body = compose(firm.marts, casebook, now=NOW, names=NAMES).messages[0].body
    assert f"Maintenance lead <{DEPUTY}>: acknowledge it by Tue 27 Oct" in body["text"]
    assert f"Maintenance lead &lt;{DEPUTY}&gt;: acknowledge it by Tue 27 Oct" in body["html"]


def _readers(
    firm: Firm, casebook: Casebook, *, days: float = 0, mailbox: str = "coo@northline.example"
) -> list[str | None]:
    """To whom a mail channel would send the one message there is after so many days."""
    now = NOW + timedelta(days=days)
    mail = {"email": mailbox}
    messages = compose(firm.marts, casebook, now=now, names=["email"], mail=mail).messages
    assert len({message.kind for message in messages}) == 1
    casebook.announce(messages, now) if days else None
    return [message.recipient for message in messages]


def test_a_mail_to_who_is_asked_and_who_is_told_already_is_one(
    firm: Firm, casebook: Casebook
) -> None:
    assert _readers(firm, casebook, mailbox=LEAD) == [None]


def test_what_one_owner_hears_of_a_storm_by_mail_nobody_else_does(
    firm: Firm, casebook: Casebook
) -> None:
    mail, policy = {"email": "coo@northline.example"}, AlertPolicy(storm_above=1)
    second_episode(firm, "sorter_uptime")
    messages = compose(firm.marts, casebook, now=NOW, names=["email"], mail=mail, policy=policy)
    assert [(m.kind, m.recipient) for m in messages.messages] == [("open", LEAD), ("storm", None)]


def test_escalation_is_sent_to_the_deputy_and_then_to_who_owns_the_objective(
    firm: Firm, casebook: Casebook
) -> None:
    announce(firm, casebook)
    assert _readers(firm, casebook, days=2) == [None, DEPUTY, LEAD]
    assert _readers(firm, casebook, days=7) == [None, "automation-lead@northline.example", LEAD]


def test_an_escalation_without_an_objective_names_whoever_leads_the_unit(
    firm: Firm, casebook: Casebook
) -> None:
    firm.marts.execute("delete from marts.rpt_one_glance where kpi_id = 'sorter_uptime'")
    for days in (0, 2, 7):
        now = NOW + timedelta(days=days)
        told = compose(firm.marts, casebook, now=now, names=["file"]).messages
        casebook.announce(told, now)
    assert "whoever leads the unit: acknowledge it" in told[0].body["html"]


def test_whoever_is_next_is_asked_as_soon_as_the_owner_says_it_is_not_theirs(
    firm: Firm, casebook: Casebook
) -> None:
    announce(firm, casebook)
    at = NOW + timedelta(minutes=5)
    casebook.take(CASE, Decline(note="the north team's"), author=LEAD, owners=(), at=at)
    (told, *_) = compose(
        firm.marts, casebook, now=at + timedelta(minutes=1), names=["email"], mail={"email": None}
    ).messages
    assert told.kind == "escalated"
    assert "somebody who was asked says it is not theirs" in told.body["html"]
    assert f"the deputy of Maintenance lead &lt;{DEPUTY}&gt;" in told.body["html"]


def test_a_deputy_who_acts_already_is_not_the_next_one_to_be_asked(
    firm: Firm, casebook: Casebook
) -> None:
    firm.marts.execute(
        "update marts.dim_role set acting = ? where role_id = 'maintenance_lead'", [DEPUTY]
    )
    announce(firm, casebook)
    assert _readers(firm, casebook, days=2) == [None, "automation-lead@northline.example", DEPUTY]


def test_who_was_asked_by_mail_hears_that_it_is_over(firm: Firm, casebook: Casebook) -> None:
    announce(firm, casebook)
    firm.close_episode()
    assert _readers(firm, casebook) == [None, LEAD]


@pytest.mark.parametrize(
    ("acts", "first_day", "missing"),
    [
        ([], 2, "nobody has acknowledged it"),
        ([ACK], 7, "acknowledged on Mon 26 Oct and no step since"),
        ([ACK, Decide(decision="calibrate")], 7, "decided on Mon 26 Oct and no step since"),
        (
            [
                ACK,
                Decide(decision="x"),
                TakeAction(who=DEPUTY, action="y", due_on=date(2026, 11, 10)),
            ],
            16,
            "its action was due on Tue 10 Nov",
        ),
        (
            [ACK, Accept(reason="peak season", until=date(2026, 11, 23))],
            28,
            "reopened, and nobody has acknowledged it since",
        ),
        (
            [ACK, Accept(reason="a fair", until=date(2026, 10, 29))],
            3,
            "Still open, reopened, and nobody has acknowledged it since",
        ),
        ([ACK, Dismiss(reason="wrong data")], None, ""),
    ],
)
def test_who_is_at_work_on_a_case_is_left_alone_and_then_told_what_is_missing(
    firm: Firm, casebook: Casebook, acts: list[Act], first_day: int | None, missing: str
) -> None:
    announce(firm, casebook)
    for act in acts:
        casebook.take(CASE, act, author=DEPUTY, owners=(), at=NOW)
    told = {}
    for day in range(40):
        now = NOW + timedelta(days=day)
        if messages := compose(firm.marts, casebook, now=now, names=["file"]).messages:
            told[day] = messages[0].body["html"]
    assert next(iter(told), None) == first_day
    assert all(missing in html for html in list(told.values())[:1])


def test_a_relapse_that_nobody_looks_after_is_told_again_as_the_case_it_reopened(
    firm: Firm, casebook: Casebook
) -> None:
    before = "sorter_uptime.north.level.2026-03-02"
    casebook.announce([Message("open", (before,), None, "file", "it fell", {})], NOW)
    casebook.observe(before, "resolved", {}, NOW)
    announce(firm, casebook)
    casebook.observe(before, "relapsed", {"episode": CASE}, NOW)
    casebook.observe(CASE, "merged", {"into": before}, NOW)

    def told(days: int) -> list[Message]:
        now = NOW + timedelta(days=days)
        messages = compose(firm.marts, casebook, now=now, names=["file"]).messages
        return [message for message in messages if message.case_ids == (CASE,)]

    assert told(1) == []
    (escalated,) = told(2)
    assert "reopened, and nobody has acknowledged it since" in escalated.body["html"]
    (digest,) = compose_digest(firm.marts, casebook, now=NOW, names=["file"], base="")
    assert "; told just now, nobody acknowledged it" in digest.body["text"]
    casebook.take(before, ACK, author=DEPUTY, owners=(), at=NOW)
    assert told(2) == []


def test_a_recovery_that_does_not_come_about_is_asked_about_again(
    firm: Firm, casebook: Casebook
) -> None:
    announce(firm, casebook)
    casebook.observe(CASE, "recovering", {}, NOW)
    assert compose(firm.marts, casebook, now=NOW + timedelta(days=6), names=["file"]).messages == []
    later = NOW + timedelta(days=7)
    (message,) = compose(firm.marts, casebook, now=later, names=["file"]).messages
    assert "recovering on Mon 26 Oct and no step since" in message.body["html"]
