"""What a member did itself is told from what it weighs, exactly, whatever the numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.audit_case import AuditCase, Decomposition
from sightline.investigation import investigate
from sightline.investigation.arithmetic import Change, Reading
from sightline.investigation.decomposition import decompose
from tests.audits.northline_marts import AS_OF, LEVEL_CASE, WEEKS, build

START = date(2026, 1, 5)

# A week: numerator and denominator of each line. A line may rest in a week, not all of them.
_LINE = st.tuples(st.integers(-(10**9), 10**9), st.integers(1, 10**6)) | st.just((0, 0))
_WEEK = st.lists(_LINE, min_size=3, max_size=3).filter(lambda week: any(d for _, d in week))
_WEEKS = st.lists(_WEEK, min_size=2, max_size=10)

Weeks = list[list[tuple[int, int]]]


def split(weeks: Weeks, *, since: int = -1) -> Decomposition:
    """The weeks before `since` against the last one, by line."""
    days = [START + timedelta(weeks=number) for number in range(len(weeks))]
    readings = [
        Reading(day, Decimal(sum(n for n, _ in week)), Decimal(sum(d for _, d in week)))
        for day, week in zip(days, weeks, strict=True)
    ]
    parts, bases = (
        {
            day: {f"S{line}": Decimal(pair[place]) for line, pair in enumerate(week)}
            for day, week in zip(days, weeks, strict=True)
        }
        for place in (0, 1)
    )
    done = decompose(Change(tuple(readings[:since]), readings[-1]), "sorter", parts, bases)
    assert done is not None
    return done


def rates_and_mixes(done: Decomposition) -> dict[str, tuple[Decimal, Decimal]]:
    return {p.label: (p.split.rate, p.split.mix) for p in done.parts if p.split is not None}


@settings(deadline=None)
@given(weeks=_WEEKS)
def test_rates_and_mixes_sum_to_the_change_whatever_the_numbers(weeks: Weeks) -> None:
    done = split(weeks)
    told = rates_and_mixes(done)
    assert set(told) == {part.label for part in done.parts}
    assert {part.label: sum(told[part.label]) for part in done.parts} == {
        part.label: part.amount for part in done.parts
    }
    total = sum((rate + mix for rate, mix in told.values()), Decimal())
    assert abs(total - done.change) < Decimal("1e-9")


@settings(deadline=None)
@given(weeks=st.lists(_WEEK, min_size=2, max_size=2))
def test_the_way_back_is_the_way_there_with_the_other_sign(weeks: Weeks) -> None:
    there, back = rates_and_mixes(split(weeks)), rates_and_mixes(split(weeks[::-1]))
    for line in there.keys() | back.keys():
        nothing = (Decimal(), Decimal())
        for one, other in zip(there.get(line, nothing), back.get(line, nothing), strict=True):
            assert abs(one + other) <= Decimal("2e-12")


@settings(deadline=None)
@given(weeks=_WEEKS, factor=st.integers(2, 1000))
def test_twice_the_volume_in_the_same_shares_is_no_change(weeks: Weeks, factor: int) -> None:
    grown = [(n * factor, d * factor) for n, d in weeks[0]]
    assert split([weeks[0], grown]).parts == ()


def test_a_shift_towards_the_weaker_line_is_no_fault_of_either_line() -> None:
    """By hand: ratios 90 and 70, weights 0.5 each to 0.25 and 0.75; the whole 80, then 75.

    Mix: −0.25 × (90 − 77.5) and 0.25 × (70 − 77.5).
    """
    done = split([[(90_00, 100), (70_00, 100)], [(90_00 // 2, 50), (70_00 * 3 // 2, 150)]])
    assert done.change == Decimal(-5)
    assert rates_and_mixes(done) == {
        "S0": (0, Decimal("-3.125")),
        "S1": (0, Decimal("-1.875")),
    }


def test_a_line_that_got_worse_is_told_from_the_volume_that_left_it() -> None:
    """By hand: weights 0.5 to 0.4 and 0.5 to 0.6, ratios 98 to 94 and 96 to 96; the whole 97, 95.2.

    Rate of S0: 0.45 × −4. Mix: −0.1 × (96 − 96.1) and 0.1 × (96 − 96.1).
    """
    done = split([[(9800, 100), (9600, 100)], [(94 * 80, 80), (96 * 120, 120)]])
    assert rates_and_mixes(done) == {
        "S0": (Decimal("-1.8"), Decimal("0.01")),
        "S1": (0, Decimal("-0.01")),
    }


def test_a_line_that_came_is_all_mix_and_one_that_only_rests_is_no_part() -> None:
    done = split([[(9000, 100), (0, 0), (0, 0)], [(9000, 100), (7000, 100), (0, 0)]])
    told = rates_and_mixes(done)
    assert (told["S1"][0], "S2" in told) == (0, False)
    assert sum(mix for _, mix in told.values()) == done.change == Decimal(-10)


def test_members_that_do_not_share_out_the_whole_keep_their_additive_parts() -> None:
    week = Reading(START, Decimal(180), Decimal(2))
    later = replace(week, period_start=START + timedelta(weeks=1), numerator=Decimal(160))
    change = Change((week,), later)
    parts = {week.period_start: {"S0": Decimal(90)}, later.period_start: {"S0": Decimal(70)}}
    bases = {day: {"S0": Decimal(1)} for day in parts}
    done = decompose(change, "sorter", parts, bases)
    assert done is not None
    (part,) = done.parts
    assert (part.amount, part.split) == (Decimal(-10), None)


def shifted(*statements: str) -> AuditCase:
    """The planned breach without its reasons: only sorters are left to explain it."""
    with build("as_planned") as marts:
        marts.execute("delete from marts.fct_kpi_contribution where dimension <> 'sorter'")
        for statement in statements:
            marts.execute(statement)
        return investigate(marts, LEVEL_CASE, as_of=AS_OF)


_SHARES = "update marts.fct_kpi_contribution set denominator_part = "
_OWN = "update marts.fct_kpi_contribution set numerator_part = denominator_part * "
_WHOLE = "update marts.fct_kpi_value set numerator = denominator * "
_BEFORE = f"period_start < '{WEEKS[-1]}'"

# Always 99 on N1 and 95 on N2; the last week runs on N2.
_SHIFT = (
    f"{_SHARES} case when (member = 'N1') = ({_BEFORE}) then 10800 else 3600 end",
    f"{_OWN} case when member = 'N1' then 99 else 95 end",
    f"{_WHOLE} case when {_BEFORE} then 98 else 96 end where kpi_id = 'sorter_uptime'",
)
_WORSE = (
    f"{_OWN} case when {_BEFORE} or member = 'N2' then 98 else 94 end",
    f"{_WHOLE} case when {_BEFORE} then 98 else 96 end where kpi_id = 'sorter_uptime'",
)


def test_a_case_names_the_mix_and_not_the_line_that_got_more_of_it() -> None:
    case = shifted(*_SHIFT)
    told = case.causes[0].text.replace("\u202f", " ")
    assert "less of the volume ran on N1, which is stronger: −1.00 points" in told
    assert "more of the volume ran on N2, which is weaker: −1.00 points" in told
    assert "itself" not in told
    assert "because more of the volume ran where it is weaker (−2.00 of −2.00 points)" in (
        case.headline.replace("\u202f", " ")
    )


def test_a_case_names_the_line_that_got_worse_itself() -> None:
    case = shifted(*_WORSE)
    told = case.causes[0].text.replace("\u202f", " ")
    assert "N1 itself got worse: −2.00 points; the parts sum" in told
    assert "because N1 itself got worse (−2.00 of −2.00 points)" in (
        case.headline.replace("\u202f", " ")
    )
