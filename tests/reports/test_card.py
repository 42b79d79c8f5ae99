"""The terminal card: 40 lines of 100 columns, whatever the names are."""

from __future__ import annotations

import pytest

from reports.board import render_board
from reports.card import LINES, WIDTH, render_cards
from sightline.errors import UsageError
from tests.reports.firm import FIRM, Firm


def test_one_card_for_each_objective(firm: Firm) -> None:
    cards = render_cards(firm.marts).split("\n\n")
    assert sum(any(o[0][:40] in card for o in FIRM.values()) for card in cards) == len(FIRM)


def test_the_card_shows_status_progress_and_what_to_do(firm: Firm) -> None:
    card = render_cards(firm.marts, "faster_throughput").replace("\u202f", " ")
    assert "60 % done, 65 % expected by now" in card
    assert "! Sorter uptime, north is at 97.35 %" in card
    assert "■ off track" in card
    assert "Staff trained (lead not shown)" in card
    assert "keep_customers" not in card


@pytest.mark.parametrize("longer", [1, 12])
def test_the_card_stays_inside_its_frame(longer: int) -> None:
    long_names = {name: f"{name} " * 4 for objective in FIRM.values() for name in [objective[0]]}
    firm = Firm(rename=long_names)
    firm.marts.execute(
        "insert into marts.rpt_one_glance select g.* replace "
        "(g.key_result_id || i as key_result_id) "
        f"from marts.rpt_one_glance as g cross join range({longer}) as copies(i)"
    )
    for objective_id in FIRM:
        lines = render_cards(firm.marts, objective_id).splitlines()
        assert len(lines) <= LINES
        assert max(map(len, lines)) <= WIDTH
    firm.marts.close()


def test_an_objective_nobody_defined_is_named_with_the_known_ones(firm: Firm) -> None:
    with pytest.raises(UsageError, match=r"'faster'.*faster_throughput"):
        render_cards(firm.marts, "faster")


def test_the_card_says_where_a_key_result_lands_and_who_sees_it_otherwise(firm: Firm) -> None:
    firm.marts.execute(
        "update marts.fct_key_result_outlook set forecast = 'off_track', forecast_progress = 0.28, "
        "forecast_value = 1320, confidence = 'on_track', divergent_periods = 3, "
        "is_watermelon = true, is_stagnant = true where key_result_id = 'throughput_1500'"
    )
    card = " ".join(render_cards(firm.marts, "faster_throughput").split())
    assert (
        "lands at 1,320 parcels/h (off track); declared on track, for 3 weeks against the number; "
        in card
    )
    assert "green outside" in card


def test_a_closed_key_result_shows_its_score_and_that_it_was_lost_again(firm: Firm) -> None:
    firm.marts.execute(
        "update marts.fct_key_result_outlook set score = 1, relapsed_period = date '2027-01-11' "
        "where key_result_id = 'throughput_1500'"
    )
    card = render_cards(firm.marts, "faster_throughput").replace("\u202f", " ")
    assert "scored 100 % at the close" in card
    assert "half lost again since the close" in card


def test_whoever_answers_for_a_link_is_told_when_it_is_not_sound(firm: Firm) -> None:
    whole = dict.fromkeys(
        ("freshness", "coverage", "integrity", "provenance", "evidence", "cases_in_time", "policy"),
        1,
    )
    link = {"key_result_id": "throughput_1500", "scope": "north", "role": "guardrail"}
    link |= {"execution_owner": "operations_lead", "is_sound": False}
    firm.add("fct_link_health", **link, kpi_id="sorter_uptime", score=0.75,
             **whole | {"freshness": 0})  # fmt: skip
    firm.add("fct_link_health", **link | {"is_sound": True}, kpi_id="damage_rate", score=1, **whole)
    card = " ".join(render_cards(firm.marts, "faster_throughput").split())
    assert (
        "~ Links to mend: Sorter uptime, north (Operations lead: its source is silent) Sorting"
        in card
    )
    assert "~ Links" not in render_cards(firm.marts, "lower_cost")
    assert "1 link is not sound: Sorter uptime, north (Operations lead:" in render_board(firm.marts)


def test_the_card_names_help_that_is_not_confirmed_and_a_conflict_left_open(firm: Firm) -> None:
    firm.marts.execute(
        "insert into marts.dim_dependency values ('windows', 'faster_throughput', "
        "'A free sorter', false, 'operations', 'automation_lead', 'Automation lead')"
    )
    firm.marts.execute(
        "insert into marts.fct_link_health (key_result_id, kpi_id, scope, role, is_sound, waiver) "
        "values ('throughput_1500', 'sorter_uptime', 'north', 'guardrail', true, "
        "'waived by coo until 2026-12-27: One site only')"
    )
    card = " ".join(render_cards(firm.marts, "faster_throughput").split())
    assert "A free sorter: not confirmed by operations, at the risk of Automation lead" in card
    assert "No policy decides about Sorter uptime, north: waived by coo until 2026-12-27" in card
    assert "A free sorter" in render_board(firm.marts)


def test_a_yes_or_no_says_that_it_has_no_forecast_and_why(firm: Firm) -> None:
    firm.marts.execute(
        "update marts.fct_key_result_outlook set forecast = 'none', no_forecast_because = "
        "'it is done or not' where key_result_id = 'throughput_1500'"
    )
    assert "no forecast: it is done or not" in render_cards(firm.marts, "faster_throughput")
