"""Announced open is announced closed, once, on every channel."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from reports.alerts import compose
from sightline.alert_policy import AlertPolicy
from sightline.casebook import Casebook, Silence
from tests.reports.announcing import DEPUTY, NAMES, announce, second_episode
from tests.reports.conftest import NOW
from tests.reports.firm import AS_OF, CASE, LAST_WEEK, Firm


def test_an_open_episode_is_announced_on_every_channel(firm: Firm, casebook: Casebook) -> None:
    messages = compose(firm.marts, casebook, now=NOW, names=NAMES).messages
    assert [(m.kind, m.channel, m.case_ids) for m in messages] == [
        ("open", "console", (CASE,)),
        ("open", "file", (CASE,)),
    ]
    assert messages[0].objective_id == "faster_throughput"


def test_what_was_announced_is_not_announced_again(firm: Firm, casebook: Casebook) -> None:
    announce(firm, casebook)
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
    other = second_episode(firm, "manual_touches")
    (message,) = compose(firm.marts, casebook, now=NOW, names=["file"]).messages
    assert message.case_ids == (other, CASE)
    assert message.subject.endswith(", and 1 more case")
    assert message.body["text"].count("■") == 2
    assert len(message.body["pictures"]) == 2


def test_cases_of_two_objectives_are_two_messages(firm: Firm, casebook: Casebook) -> None:
    second_episode(firm, "on_time_in_full")
    messages = compose(firm.marts, casebook, now=NOW, names=["file"]).messages
    assert {m.objective_id for m in messages} == {"faster_throughput", "keep_customers"}


def test_a_kpi_that_only_runs_the_business_is_told_without_a_goal(
    firm: Firm, casebook: Casebook
) -> None:
    firm.add("dim_kpi", kpi_id="unplanned_downtime", name="Unplanned downtime", decimals=1,
             direction="lower_is_better", owner="maintenance_lead")  # fmt: skip
    second_episode(firm, "unplanned_downtime")
    message = next(
        m
        for m in compose(firm.marts, casebook, now=NOW, names=["file"]).messages
        if not m.objective_id
    )
    assert "Why you got it: its KPI runs the business." in message.body["html"]
    assert "not judged, grade U" in message.body["text"]
    assert "No policy decides this" in message.body["text"]


def test_an_episode_that_ends_is_announced_closed_once(firm: Firm, casebook: Casebook) -> None:
    announce(firm, casebook)
    firm.close_episode()
    closing = announce(firm, casebook)
    assert [(m.kind, m.case_ids) for m in closing] == [("close", (CASE,))] * 2
    assert "has recovered: 98.40" in closing[0].subject
    assert compose(firm.marts, casebook, now=NOW, names=NAMES).messages == []


def test_an_episode_that_late_data_revised_away_is_announced_closed_too(
    firm: Firm, casebook: Casebook
) -> None:
    announce(firm, casebook)
    firm.marts.execute("delete from marts.fct_kpi_episode")
    closing = announce(firm, casebook)
    assert "late data revised it away" in closing[0].subject
    assert casebook.announced_open() == set()


def test_data_that_came_back_are_announced_without_a_number_of_the_kpi(
    firm: Firm, casebook: Casebook
) -> None:
    firm.marts.execute("update marts.fct_kpi_episode set rule = 'no_data'")
    announce(firm, casebook)
    firm.close_episode()
    assert announce(firm, casebook)[0].subject == "Sorter uptime, north has values again"


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


@pytest.mark.parametrize(("opened", "is_told"), [("2026-10-19", True), ("2026-10-26", False)])
def test_a_relapse_says_which_case_it_reopens(
    firm: Firm, casebook: Casebook, opened: str, is_told: bool
) -> None:
    announce(firm, casebook)
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


def test_a_number_is_written_out_until_it_is_seen_to_be_beyond_its_target(
    firm: Firm, casebook: Casebook
) -> None:
    firm.marts.execute("update marts.fct_kpi_episode set last_value = 97.9962")
    (message, _) = announce(firm, casebook)
    assert message.subject.startswith(
        "Sorter uptime, north is at 97.996\u202f%, below its target of"
    )


def test_of_a_storm_that_lasts_one_case_is_one(firm: Firm, casebook: Casebook) -> None:
    policy, later = AlertPolicy(storm_above=1), NOW + timedelta(days=2)
    second_episode(firm, "damage_rate")
    announce(firm, casebook)
    told = compose(firm.marts, casebook, now=later, names=["file"], policy=policy).messages
    assert [message.subject for message in told] == [
        "1 case of Maintenance lead is looked after by nobody",
        "1 case of Quality lead is looked after by nobody",
        "2 cases are looked after by nobody, of 2 owners",
    ]


@pytest.mark.parametrize("silenced", ["damage_rate", None])
def test_a_restatement_of_a_silenced_kpi_or_objective_is_told_when_the_silence_ends(
    firm: Firm, casebook: Casebook, silenced: str | None
) -> None:
    announce(firm, casebook)
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


@pytest.mark.parametrize(("source", "told"), [("erp", ["stale_feed"]), ("definitions", [])])
def test_a_silent_source_is_told_when_a_number_rests_on_it(
    firm: Firm, casebook: Casebook, source: str, told: list[str]
) -> None:
    announce(firm, casebook)
    firm.add("fct_source_freshness", source="definitions", status="healthy", last_seen_at=AS_OF)
    firm.marts.execute(
        "update marts.fct_source_freshness set status = 'stale' where source = ?", [source]
    )
    messages = compose(firm.marts, casebook, now=NOW, names=["file"]).messages
    assert [message.kind for message in messages] == told
