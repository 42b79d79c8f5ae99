"""Announced open is announced closed, once, on every channel."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from reports.alerts import compose
from reports.answer import Answer
from reports.channels import Channel, channels
from reports.delivery import deliver
from reports.digest import compose_digest
from sightline.alert_policy import AlertPolicy
from sightline.casebook import MAX_ATTEMPTS, Casebook, Message, OutboxMessage, Silence
from sightline.casebook.acts import Accept, Acknowledge, Act, Decide, Decline, Dismiss, TakeAction
from sightline.home import Home
from tests.reports.conftest import NOW
from tests.reports.firm import AS_OF, CASE, LAST_WEEK, Firm

BROKEN = "sightlinefile://?folder=/dev/null/nowhere"
NAMES = ("console", "file")


def _announce(firm: Firm, casebook: Casebook, **options: str) -> list[Message]:
    messages = compose(firm.marts, casebook, now=NOW, names=NAMES, **options).messages
    casebook.announce(messages, NOW)
    return messages


def _second_episode(firm: Firm, kpi_id: str, scope: str = "all") -> str:
    case_id = f"{kpi_id}.{scope}.level.{LAST_WEEK}"
    firm.add("fct_kpi_episode", episode_id=case_id, kpi_id=kpi_id, scope=scope, rule="level",
             opened_period=LAST_WEEK, state="firing", is_open=True, last_value=3, target=2,
             periods=1)  # fmt: skip
    return case_id


def test_an_open_episode_is_announced_on_every_channel(firm: Firm, casebook: Casebook) -> None:
    messages = compose(firm.marts, casebook, now=NOW, names=NAMES).messages
    assert [(m.kind, m.channel, m.case_ids) for m in messages] == [
        ("open", "console", (CASE,)),
        ("open", "file", (CASE,)),
    ]
    assert messages[0].objective_id == "faster_throughput"


def test_what_was_announced_is_not_announced_again(firm: Firm, casebook: Casebook) -> None:
    _announce(firm, casebook)
    assert compose(firm.marts, casebook, now=NOW, names=NAMES).messages == []


def test_composing_commits_nothing(firm: Firm, casebook: Casebook) -> None:
    compose(firm.marts, casebook, now=NOW, names=NAMES)
    assert casebook.announced_open() == set()
    assert casebook.undelivered(NOW) == []


def test_the_instruction_stands_before_any_figure_of_the_goal(
    firm: Firm, casebook: Casebook
) -> None:
    text = (
        compose(firm.marts, casebook, now=NOW, names=NAMES)
        .messages[0]
        .body["text"]
        .replace("\u202f", " ")
    )
    lines = text.splitlines()
    assert lines[0].startswith("■ Sorter uptime, north is at 97.35 %, below its target of 98.00 %")
    assert lines[1].startswith("  Slow down: Keep recalibrating, but only the sorter that gains")
    assert "64 % of the way, 65 % expected by now" in lines[2]


def test_cases_of_one_objective_are_one_message(firm: Firm, casebook: Casebook) -> None:
    other = _second_episode(firm, "manual_touches")
    (message,) = compose(firm.marts, casebook, now=NOW, names=["file"]).messages
    assert message.case_ids == (other, CASE)
    assert message.subject.endswith(", and 1 more case")
    assert message.body["text"].count("■") == 2
    assert len(message.body["pictures"]) == 2


def test_cases_of_two_objectives_are_two_messages(firm: Firm, casebook: Casebook) -> None:
    _second_episode(firm, "on_time_in_full")
    messages = compose(firm.marts, casebook, now=NOW, names=["file"]).messages
    assert {m.objective_id for m in messages} == {"faster_throughput", "keep_customers"}


def test_a_kpi_that_only_runs_the_business_is_told_without_a_goal(
    firm: Firm, casebook: Casebook
) -> None:
    firm.add("dim_kpi", kpi_id="unplanned_downtime", name="Unplanned downtime", decimals=1,
             direction="lower_is_better", owner="maintenance_lead")  # fmt: skip
    _second_episode(firm, "unplanned_downtime")
    message = next(
        m
        for m in compose(firm.marts, casebook, now=NOW, names=["file"]).messages
        if not m.objective_id
    )
    assert "Why you got it: its KPI runs the business." in message.body["html"]
    assert "not judged, grade U" in message.body["text"]
    assert "No policy decides this" in message.body["text"]


def test_an_episode_that_ends_is_announced_closed_once(firm: Firm, casebook: Casebook) -> None:
    _announce(firm, casebook)
    firm.close_episode()
    closing = _announce(firm, casebook)
    assert [(m.kind, m.case_ids) for m in closing] == [("close", (CASE,))] * 2
    assert "has recovered: 98.40" in closing[0].subject
    assert compose(firm.marts, casebook, now=NOW, names=NAMES).messages == []


def test_an_episode_that_late_data_revised_away_is_announced_closed_too(
    firm: Firm, casebook: Casebook
) -> None:
    _announce(firm, casebook)
    firm.marts.execute("delete from marts.fct_kpi_episode")
    closing = _announce(firm, casebook)
    assert "late data revised it away" in closing[0].subject
    assert casebook.announced_open() == set()


def test_data_that_came_back_are_announced_without_a_number_of_the_kpi(
    firm: Firm, casebook: Casebook
) -> None:
    firm.marts.execute("update marts.fct_kpi_episode set rule = 'no_data'")
    _announce(firm, casebook)
    firm.close_episode()
    assert _announce(firm, casebook)[0].subject == "Sorter uptime, north has values again"


def test_a_signal_that_is_not_alerted_is_told_to_nobody(firm: Firm, casebook: Casebook) -> None:
    firm.marts.execute("update marts.fct_kpi_episode set rule = 'drift', is_alerted = false")
    assert compose(firm.marts, casebook, now=NOW, names=NAMES).messages == []


def test_an_episode_that_ended_unannounced_is_not_announced(firm: Firm, casebook: Casebook) -> None:
    firm.close_episode()
    assert compose(firm.marts, casebook, now=NOW, names=NAMES).messages == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ("rule = 'silent_sacrifice'", "stays green while Sorting throughput at North"),
        ("last_value = 96.4", "below its hard floor of 96.50 %"),
        ("state = 'recovering', last_value = 98.6", "is back at 98.60 %, 17 weeks into its breach"),
        ("last_value = null", "is at –, below its target"),
        ("rule = 'no_data', last_value = null", "has no value since Mon"),
        ("rule = 'budget_burn_fast', last_value = 26.2", "took 26 % of its conflict budget"),
    ],
)
def test_the_headline_says_what_kind_of_trouble_it_is(
    firm: Firm, casebook: Casebook, changes: str, said: str
) -> None:
    firm.marts.execute(f"update marts.fct_kpi_episode set {changes}")
    assert said in compose(firm.marts, casebook, now=NOW, names=["file"]).messages[
        0
    ].subject.replace("\u202f", " ")


def test_links_lead_to_where_the_reports_are_served(firm: Firm, casebook: Casebook) -> None:
    served = compose(
        firm.marts, casebook, now=NOW, names=["file"], reports_url="https://kpi.example/r/"
    ).messages
    assert f'href="https://kpi.example/r/cases/{CASE}.html"' in served[0].body["html"]
    hostile = compose(
        firm.marts, casebook, now=NOW, names=["file"], reports_url="javascript:alert(1)//"
    ).messages
    assert "javascript" not in hostile[0].body["html"] + hostile[0].body["text"]


def test_a_failing_channel_is_recorded_and_holds_back_no_other(
    firm: Firm, casebook: Casebook, home: Home
) -> None:
    _announce(firm, casebook)
    broken = channels(home, environ={}) | {"console": Channel("console", BROKEN)}
    sent = deliver(casebook, broken, NOW)
    assert (sent.delivered, sent.undelivered, sent.dead) == (1, 1, 0)
    assert len(list(home.outbox.glob("*.html"))) == 1
    (waiting,) = casebook.undelivered(NOW + timedelta(hours=2))
    assert (waiting.message.channel, waiting.attempts) == ("console", 1)


def test_a_failed_message_waits_longer_each_time_and_then_arrives_once(
    firm: Firm, casebook: Casebook, home: Home
) -> None:
    casebook.announce(compose(firm.marts, casebook, now=NOW, names=["file"]).messages, NOW)
    broken, whole = {"file": Channel("file", BROKEN)}, channels(home, environ={})
    assert deliver(casebook, broken, NOW).undelivered == 1
    assert deliver(casebook, whole, NOW).delivered == 0  # too early to try again
    assert deliver(casebook, broken, NOW + timedelta(seconds=72)).undelivered == 1
    assert deliver(casebook, whole, NOW + timedelta(seconds=72 + 119)).delivered == 0
    assert deliver(casebook, whole, NOW + timedelta(seconds=72 + 144)).delivered == 1
    assert deliver(casebook, whole, NOW + timedelta(days=1)).delivered == 0


def test_a_message_tried_for_the_last_time_is_an_error_somebody_sees(
    firm: Firm, casebook: Casebook, caplog: pytest.LogCaptureFixture
) -> None:
    casebook.announce(compose(firm.marts, casebook, now=NOW, names=["file"]).messages, NOW)
    broken = {"file": Channel("file", BROKEN)}
    rounds = [deliver(casebook, broken, NOW + timedelta(hours=2 * i)) for i in range(MAX_ATTEMPTS)]
    assert [sent.dead for sent in rounds] == [0] * (MAX_ATTEMPTS - 1) + [1]
    assert "is dead" in caplog.text
    assert len(casebook.dead_letters()) == 1


def test_a_channel_configured_no_more_is_a_failed_attempt_that_says_what_to_set(
    firm: Firm, casebook: Casebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    casebook.announce(compose(firm.marts, casebook, now=NOW, names=["chat"]).messages, NOW)
    details = []
    monkeypatch.setattr(
        casebook, "record_delivery", lambda *_, detail, **__: details.append(detail)
    )
    assert deliver(casebook, {}, NOW).undelivered == 1
    assert details == ["no channel 'chat': set SIGHTLINE_CHANNEL_CHAT"]


def test_a_killed_sender_sends_again_and_loses_nothing(
    firm: Firm, casebook: Casebook, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    casebook.announce(compose(firm.marts, casebook, now=NOW, names=["file"]).messages, NOW)

    def killed(_self: Channel, _waiting: OutboxMessage, _at: datetime) -> Answer:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Channel, "send", killed)
        with pytest.raises(KeyboardInterrupt):
            deliver(casebook, channels(home, environ={}), NOW)
    assert deliver(casebook, channels(home, environ={}), NOW).delivered == 1


def test_the_deputy_is_told_once_the_owner_has_left(firm: Firm, casebook: Casebook) -> None:
    assert _readers(firm, casebook) == [None, LEAD]
    firm.marts.execute(
        "update marts.dim_role set acting = ? where role_id = 'maintenance_lead'", [DEPUTY]
    )
    assert _readers(firm, casebook) == [None, DEPUTY]
    body = compose(firm.marts, casebook, now=NOW, names=NAMES).messages[0].body
    assert f"Maintenance lead <{DEPUTY}>: acknowledge it by Tue 27 Oct" in body["text"]
    assert f"Maintenance lead &lt;{DEPUTY}&gt;: acknowledge it by Tue 27 Oct" in body["html"]


LEAD, DEPUTY = "maintenance-lead@northline.example", "maintenance-deputy@northline.example"


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
    _second_episode(firm, "sorter_uptime")
    messages = compose(firm.marts, casebook, now=NOW, names=["email"], mail=mail, policy=policy)
    assert [(m.kind, m.recipient) for m in messages.messages] == [("open", LEAD), ("storm", None)]


def test_escalation_is_sent_to_the_deputy_and_then_to_who_owns_the_objective(
    firm: Firm, casebook: Casebook
) -> None:
    _announce(firm, casebook)
    assert _readers(firm, casebook, days=2) == [None, DEPUTY, LEAD]
    assert _readers(firm, casebook, days=7) == [None, "automation-lead@northline.example", LEAD]


@pytest.mark.parametrize(("opened", "is_told"), [("2026-10-19", True), ("2026-10-26", False)])
def test_a_relapse_says_which_case_it_reopens(
    firm: Firm, casebook: Casebook, opened: str, is_told: bool
) -> None:
    _announce(firm, casebook)
    casebook.observe(CASE, "resolved", {"period": "2026-09-21"}, NOW)
    firm.marts.execute(
        "update marts.fct_kpi_episode set state = 'closed', is_open = false, "
        "closed_period = '2026-09-21'"
    )
    again = f"sorter_uptime.north.level.{opened}"
    firm.marts.execute(
        "insert into marts.fct_kpi_episode select * replace (? as episode_id, ?::date as "
        "opened_period, null as closed_period, 'firing' as state, true as is_open) "
        "from marts.fct_kpi_episode",
        [again, opened],
    )
    firm.marts.execute("delete from marts.fct_kpi_evaluation where kpi_id = 'sorter_uptime'")
    for week in range(5):  # after the recovery, all of them good
        firm.add("fct_kpi_evaluation", kpi_id="sorter_uptime", scope="north", value=98.5,
                 period_start=date(2026, 9, 28) + timedelta(weeks=week), is_closed=True,
                 is_beyond_target=False)  # fmt: skip
    told = [m for m in compose(firm.marts, casebook, now=NOW, names=["file"]).messages
            if m.kind == "open"]  # fmt: skip
    said = f"Relapse: the fix of {CASE} did not hold, and that case reopens"
    assert [said in message.body["text"] for message in told] == [is_told]


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
    _announce(firm, casebook)
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
    _announce(firm, casebook)
    assert _readers(firm, casebook, days=2) == [None, "automation-lead@northline.example", DEPUTY]


def test_a_number_is_written_out_until_it_is_seen_to_be_beyond_its_target(
    firm: Firm, casebook: Casebook
) -> None:
    firm.marts.execute("update marts.fct_kpi_episode set last_value = 97.9962")
    (message, _) = _announce(firm, casebook)
    assert message.subject.startswith(
        "Sorter uptime, north is at 97.996\u202f%, below its target of"
    )


def test_of_a_storm_that_lasts_one_case_is_one(firm: Firm, casebook: Casebook) -> None:
    policy, later = AlertPolicy(storm_above=1), NOW + timedelta(days=2)
    _second_episode(firm, "damage_rate")
    _announce(firm, casebook)
    told = compose(firm.marts, casebook, now=later, names=["file"], policy=policy).messages
    assert [message.subject for message in told] == [
        "1 case of Maintenance lead is looked after by nobody",
        "1 case of Quality lead is looked after by nobody",
        "2 cases are looked after by nobody, of 2 owners",
    ]


def test_who_was_asked_by_mail_hears_that_it_is_over(firm: Firm, casebook: Casebook) -> None:
    _announce(firm, casebook)
    firm.close_episode()
    assert _readers(firm, casebook) == [None, LEAD]


ACK = Acknowledge(note="")


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
        ([ACK, Dismiss(reason="wrong data")], None, ""),
    ],
)
def test_who_is_at_work_on_a_case_is_left_alone_and_then_told_what_is_missing(
    firm: Firm, casebook: Casebook, acts: list[Act], first_day: int | None, missing: str
) -> None:
    _announce(firm, casebook)
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
    _announce(firm, casebook)
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
    _announce(firm, casebook)
    casebook.observe(CASE, "recovering", {}, NOW)
    assert compose(firm.marts, casebook, now=NOW + timedelta(days=6), names=["file"]).messages == []
    later = NOW + timedelta(days=7)
    (message,) = compose(firm.marts, casebook, now=later, names=["file"]).messages
    assert "recovering on Mon 26 Oct and no step since" in message.body["html"]


@pytest.mark.parametrize("silenced", ["damage_rate", None])
def test_a_restatement_of_a_silenced_kpi_or_objective_is_told_when_the_silence_ends(
    firm: Firm, casebook: Casebook, silenced: str | None
) -> None:
    _announce(firm, casebook)
    firm.add("fct_restatement", kpi_id="damage_rate", scope="all", period_start=LAST_WEEK,
             version=2, restated_at=AS_OF, to_value=0.4, from_value=0.3,
             materiality="material", **{"class": "event"})  # fmt: skip
    until = NOW + timedelta(hours=6)
    objective = None if silenced else firm.marts.execute(
        "select max(objective_id) from marts.rpt_one_glance where kpi_id = 'damage_rate'"
    ).fetchall()[0][0]  # fmt: skip
    casebook.silencing.hold(
        Silence("", silenced, None, objective, NOW, until, DEPUTY, "planned"), NOW
    )
    assert compose(firm.marts, casebook, now=NOW, names=["file"]).messages == []
    (message,) = compose(firm.marts, casebook, now=until, names=["file"]).messages
    assert message.kind == "restated"
