"""Each leading link gets one verdict of three, and says what is missing where there is none."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from expectations.link_evidence import LinkEvidence, Verdict, judged, weigh_links
from sightline.errors import UsageError
from tests.expectations.firm import AS_OF, WEEKS, Definitions, Warehouse

FROM, TO = date(2026, 6, 29), date(2026, 12, 27)


def link(role: str, kpi_id: str, **said: Any) -> dict[str, Any]:
    return {
        "key_result_id": "goal",
        "kpi_id": kpi_id,
        "role": role,
        "scope": "all",
        "lag_periods": 3 if role == "leading" else 0,
        "valid_from": FROM,
        "valid_to": TO,
    } | said


class Promised(Definitions):
    """Definitions with links, and a grain of one's own where a KPI is given one."""

    def __init__(self, *links: dict[str, Any], grains: dict[str, str] | None = None) -> None:
        super().__init__({each["kpi_id"]: ("pulled", {}) for each in links})
        self._links, self._grains = links, grains or {}

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        rows = super().rows()
        for kpi in rows["kpi"]:
            kpi["grain"] = self._grains.get(kpi["kpi_id"], "week")
        return rows | {"link": list(self._links)}


CLAIM = link("leading", "early"), link("measure", "late")


def history(
    warehouse: Warehouse, *, weeks: int = WEEKS, lag: int = 3, scope: str = "all", seed: int = 1
) -> None:
    """The newest `weeks` weeks of a KPI `early` and of `late`, which follows it."""
    steps, noise = np.random.default_rng(seed).standard_normal((2, WEEKS + lag))
    for week in range(WEEKS - weeks, WEEKS):
        warehouse.value("early", scope, week, 50 + float(steps[week + lag]))
        warehouse.value("late", scope, week, 90 + float(steps[week] + 0.5 * noise[week]))


def only(warehouse: Warehouse, *links: dict[str, Any], **said: Any) -> dict[str, Any]:
    (row,) = weigh_links(warehouse.connection, Promised(*links, **said), as_of=AS_OF)
    return row


def test_a_lead_in_the_history_is_supported_with_its_numbers(warehouse: Warehouse) -> None:
    history(warehouse)
    row = only(warehouse, *CLAIM)
    assert (row["verdict"], row["best_lag"], row["n"]) == ("supported", 3, 78)
    assert row["p_value"] <= row["q_value"] <= Decimal("0.05")
    assert row["correlation"] > Decimal("0.5")
    assert (row["measure_kpi_id"], row["measure_scope"]) == ("late", "all")
    assert row["reason"].startswith("leads: of 1 to 5 weeks, strongest at 3 (r +")
    assert row["computed_at"] == AS_OF


def test_two_kpis_that_go_their_own_ways_are_not_supported(warehouse: Warehouse) -> None:
    history(warehouse, lag=20)
    row = only(warehouse, *CLAIM)
    assert row["verdict"] == "not_supported"
    assert row["q_value"] > Decimal("0.05")


@pytest.mark.parametrize(("weeks", "verdict"), [(20, "insufficient"), (39, "insufficient")])
def test_too_short_a_history_is_insufficient_however_clear_it_looks(
    warehouse: Warehouse, weeks: int, verdict: str
) -> None:
    history(warehouse, weeks=weeks)
    row = only(warehouse, *CLAIM)
    assert (row["verdict"], row["n"], row["p_value"]) == (verdict, weeks, None)
    assert row["reason"] == f"{weeks} weeks with both numbers; 40 are needed"


def test_forty_weeks_are_enough(warehouse: Warehouse) -> None:
    history(warehouse, weeks=40)
    assert only(warehouse, *CLAIM)["verdict"] == "supported"


def test_a_kpi_that_moved_once_proves_nothing(warehouse: Warehouse) -> None:
    for week in range(WEEKS):
        warehouse.value("early", "all", week, 0 if week < 50 else 6)
        warehouse.value("late", "all", week, week % 7 + (0 if week < 53 else 100))
    row = only(warehouse, *CLAIM)
    assert row["verdict"] == "insufficient"
    assert row["reason"] == "the leading KPI moved in 1 of 78 weeks; 10 are needed"


def test_holes_are_counted_and_named(warehouse: Warehouse) -> None:
    history(warehouse)
    warehouse.connection.execute(
        "update intermediate.int_kpi_value set value = null "
        "where kpi_id = 'early' and week(period_start) % 2 = 0"
    )
    row = only(warehouse, *CLAIM)
    assert (row["verdict"], row["n"]) == ("insufficient", 39)


def test_weeks_that_are_still_open_are_not_looked_at(warehouse: Warehouse) -> None:
    history(warehouse)
    before = only(warehouse, *CLAIM)
    warehouse.value("early", "all", WEEKS, 1e6)
    warehouse.value("late", "all", WEEKS, 1e6)
    assert only(warehouse, *CLAIM) == before


@pytest.mark.parametrize(
    ("links", "grains", "reason"),
    [
        ([link("leading", "early")], {}, "has no measure"),
        (
            [link("leading", "early", scope="north"), link("measure", "late", scope="south")],
            {},
            "speaks of north, its key result of south",
        ),
        ([link("leading", "early"), link("measure", "none")], {}, "0 weeks with both"),
    ],
)
def test_a_claim_that_cannot_be_tested_says_why(
    warehouse: Warehouse, links: list[dict[str, Any]], grains: dict[str, str], reason: str
) -> None:
    history(warehouse)
    row = only(warehouse, *links, grains=grains)
    assert row["verdict"] == "insufficient"
    assert reason in row["reason"]
    assert row["p_value"] is None


def test_a_site_may_lead_the_whole(warehouse: Warehouse) -> None:
    history(warehouse, scope="north")
    warehouse.connection.execute(
        "update intermediate.int_kpi_value set scope = 'all' where kpi_id = 'late'"
    )
    claim = link("leading", "early", scope="north"), CLAIM[1]
    assert only(warehouse, *claim)["verdict"] == "supported"


def test_a_claim_out_of_force_is_not_tested(warehouse: Warehouse) -> None:
    history(warehouse)
    over = link("leading", "early", valid_to=date(2026, 9, 30))
    assert weigh_links(warehouse.connection, Promised(over, CLAIM[1]), as_of=AS_OF) == []


def test_a_naive_moment_is_refused(warehouse: Warehouse) -> None:
    with pytest.raises(UsageError, match="time zone"):
        weigh_links(warehouse.connection, Promised(*CLAIM), as_of=datetime(2026, 10, 26))  # noqa: DTZ001 - the point


def test_the_same_warehouse_gives_the_same_rows_in_any_order(warehouse: Warehouse) -> None:
    history(warehouse)
    before = only(warehouse, *CLAIM)
    warehouse.connection.execute(
        "create or replace table intermediate.int_kpi_value as "
        "select * from intermediate.int_kpi_value order by hash(period_start)"
    )
    later = datetime(2026, 10, 27, tzinfo=UTC)
    (after,) = weigh_links(warehouse.connection, Promised(*CLAIM), as_of=later)
    assert after == before | {"computed_at": later}


def claimed(p_value: str | None) -> LinkEvidence:
    return LinkEvidence(
        key_result_id="goal",
        kpi_id="early",
        scope="all",
        measure_kpi_id="late",
        measure_scope="all",
        declared_lag=3,
        p_value=None if p_value is None else Decimal(p_value),
    )


def test_among_many_links_a_lucky_one_is_not_supported() -> None:
    alone = judged([claimed("0.03")])
    assert [each.verdict for each in alone] == [Verdict.SUPPORTED]
    crowd = judged([claimed("0.03"), *[claimed("0.6")] * 9])
    assert {each.verdict for each in crowd} == {Verdict.NOT_SUPPORTED}
    assert crowd[0].q_value == Decimal("0.3")


def test_what_could_not_be_tested_does_not_count_among_the_many() -> None:
    mixed = judged([claimed("0.03"), *[claimed(None)] * 9])
    assert mixed[0].verdict is Verdict.SUPPORTED
    assert {each.verdict for each in mixed[1:]} == {Verdict.INSUFFICIENT}
