"""A product's change is split by its factors, exactly, or the case says why it cannot be."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal, localcontext

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.audit_case import AuditCase, Decomposition
from sightline.investigation import investigate
from sightline.investigation.arithmetic import Change, Reading
from sightline.investigation.factors import ALL_ELSE, factorise
from tests.audits.northline_marts import AS_OF, LEVEL_CASE, WEEKS, build

START = date(2026, 1, 5)

# A week of a KPI: numerator and denominator, both as fine as the warehouse keeps them.
_POSITIVE = st.decimals("0.000000001", 10**9, places=9)
_WEEK = st.tuples(_POSITIVE, _POSITIVE)
# The product first, then one to three factors of it.
_WEEKS = st.integers(2, 4).flatmap(
    lambda kpis: st.lists(st.tuples(*[_WEEK] * kpis), min_size=2, max_size=10)
)

Pair = tuple[Decimal, Decimal]


def split(*kpis: list[Pair]) -> Decomposition:
    """The last week of a product, the first KPI, against all before, by the others."""
    changes = []
    for pairs in kpis:
        readings = [
            Reading(START + timedelta(weeks=week), *pair) for week, pair in enumerate(pairs)
        ]
        changes.append(Change(tuple(readings[:-1]), readings[-1]))
    whole, *factors = changes
    return factorise(whole, [(f"factor {n}", each) for n, each in enumerate(factors, start=1)])


def of(*values: str) -> list[Pair]:
    return [(Decimal(value), Decimal(1)) for value in values]


def amounts(done: Decomposition) -> dict[str, Decimal]:
    return {part.label: part.amount for part in done.parts}


def tolerance(done: Decomposition) -> Decimal:
    """1e-9; above a million the 28 digits of a decimal end before the ninth place."""
    return max(abs(done.before), abs(done.after), Decimal(10**6)) * Decimal("1e-15")


@settings(deadline=None)
@given(weeks=_WEEKS)
def test_the_parts_sum_to_the_change_whatever_the_numbers(weeks: list[tuple[Pair, ...]]) -> None:
    done = split(*map(list, zip(*weeks, strict=True)))
    assert len(done.parts) == len(weeks[0])
    assert abs(sum(amounts(done).values()) - done.change) < tolerance(done)
    assert sum(amounts(done).values()) + done.residual == done.change


@settings(deadline=None)
@given(weeks=_WEEKS)
def test_the_order_of_the_factors_does_not_matter(weeks: list[tuple[Pair, ...]]) -> None:
    whole, *factors = map(list, zip(*weeks, strict=True))
    one, other = split(whole, *factors), split(whole, *factors[::-1])
    assert [part.amount for part in one.parts[:-1]] == [part.amount for part in other.parts[-2::-1]]
    assert one.parts[-1] == other.parts[-1]


def test_a_part_is_the_mean_of_the_product_times_the_growth_of_the_factor() -> None:
    """By hand: 1200 to 900; uptime 0.8 to 0.9, so 1500 to 1000 parcels in an hour it ran.

    Logarithmic mean 300 / ln(4/3) = 1042.817849; times ln(9/8) = 0.117783036, ln(2/3) =
    −0.405465108.
    """
    parts = amounts(split(of("1200", "900"), of("0.8", "0.9")))
    assert round(parts["factor 1"], 4) == Decimal("122.8263")
    assert round(parts[ALL_ELSE], 4) == Decimal("-422.8263")


def test_where_nothing_changed_the_factors_make_up_for_each_other() -> None:
    """By hand: the logarithmic mean of 8 and 8 is 8; ln 2 = 0.693147180560."""
    parts = amounts(split(of("8", "8"), of("2", "4")))
    assert parts == {"factor 1": Decimal("5.545177444480"), ALL_ELSE: Decimal("-5.545177444480")}


def test_a_factor_that_stood_still_has_no_part() -> None:
    assert amounts(split(of("10", "7"), of("3", "3"))) == {"factor 1": 0, ALL_ELSE: -3}


def test_what_no_factor_explains_by_a_hair_is_still_told_exactly() -> None:
    """Two ratios that differ in their 38th digit: their logarithm must not be nothing."""
    great = Decimal("9" * 29 + ".999999999")
    with localcontext(prec=60):
        less = great - Decimal("0.000000001")
    parts = amounts(split([(great, great), (less, great)], of("1", "2")))
    assert parts == {"factor 1": Decimal("0.693147180560"), ALL_ELSE: Decimal("-0.693147180560")}


def product(*statements: str, factor: str = "sorting_throughput") -> AuditCase:
    """The planned breach of uptime, as if it were a product of that factor."""
    with build("as_planned") as marts:
        marts.execute(
            f"insert into marts.bridge_kpi_driver values ('sorter_uptime', '{factor}', true)"
        )
        for statement in statements:
            marts.execute(statement)
        return investigate(marts, LEVEL_CASE, as_of=AS_OF)


def arithmetic(case: AuditCase) -> str:
    """The last arithmetic cause: the one about factors, where there is any."""
    return [c.text for c in case.causes if c.kind == "arithmetic"][-1].replace("\u202f", " ")


def test_a_case_tells_what_came_by_each_factor_and_what_by_all_else() -> None:
    case = product()
    assert case.product is not None
    assert (case.product.before, case.product.after) == (
        *(case.decomposition.before, case.decomposition.after),  # type: ignore[union-attr]
    )
    assert abs(case.product.residual) < Decimal("1e-9")
    told = arithmetic(case)
    assert told.startswith("Of −1.64 points against the weeks from 2026-05-04 to 2026-06-22, ")
    assert "came by Sorting throughput (1,250 parcels/h to 1,420 parcels/h) and" in told
    assert "came by all else; the parts sum to the change." in told


def test_a_kpi_without_factors_is_no_product() -> None:
    with build("as_planned") as marts:
        case = investigate(marts, LEVEL_CASE, as_of=AS_OF)
    assert case.product is None
    assert not any("product" in cause.text for cause in case.causes)


_OF_FACTOR = "where kpi_id = 'sorting_throughput' and period_start ="


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        (f"delete from marts.fct_kpi_value {_OF_FACTOR} '{WEEKS[3]}'", "has no value"),
        (
            f"update marts.fct_kpi_value set denominator = 0 {_OF_FACTOR} '{WEEKS[3]}'",
            "has no value",
        ),
        (
            f"update marts.fct_kpi_value set numerator = 0 {_OF_FACTOR} '{WEEKS[3]}'",
            "is not above zero but 0 parcels/h",
        ),
        (
            f"update marts.fct_kpi_value set numerator = -240 {_OF_FACTOR} '{WEEKS[3]}'",
            "is not above zero but −1 parcels/h",
        ),
        (
            f"update marts.fct_kpi_evaluation set status = 'stale' {_OF_FACTOR} '{WEEKS[3]}'",
            "is stale",
        ),
    ],
)
def test_a_case_says_why_a_product_is_not_split(statement: str, why: str) -> None:
    case = product(statement)
    assert case.product is None
    assert arithmetic(case) == (
        "Sorter uptime is the product of Sorting throughput and all else; not split by them: "
        f"Sorting throughput (north) {why} in the week of {WEEKS[3]}."
    )


def test_a_factor_that_is_not_measured_there_is_not_looked_for_elsewhere() -> None:
    case = product(factor="damage_rate")
    assert case.product is None
    assert "Damage rate (north) has no value in the week of" in arithmetic(case)


def test_a_product_that_is_itself_stale_is_not_split() -> None:
    stale = "update marts.fct_kpi_evaluation set status = 'stale' where kpi_id = 'sorter_uptime'"
    case = product(f"{stale} and period_start = '{WEEKS[-1]}'")
    assert case.product is None
    assert f"Sorter uptime (north) is stale in the week of {WEEKS[-1]}" in arithmetic(case)
