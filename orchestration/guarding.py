"""The battery of guards over one file: the same tests, thresholds and words as in the pipeline."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from expectations.guard import Outcome, load
from expectations.judgement import Grade
from expectations.signals.battery import Composite, compose, grade_of, of_values
from expectations.signals.lattice import resolution_of
from expectations.signals.reconciliation import against_target
from expectations.signals.series import Series, Signal, Terms, judged, not_enough
from sightline.errors import NothingCheckedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from orchestration.series_file import SeriesFile

REPORTED = "reported_matches_recomputed"
MOST_VALUES = 2_000_000
FEWEST_PAIRS = 30
OTHER_UNIT = 10  # a target so many times beyond all values is most likely in another unit
EVIDENCE_SHOWN, PLACEBOS_SHOWN = 12, 8


@dataclass(frozen=True, slots=True)
class Guarded:
    """What the battery says of one file; without_order: why its periods gave no order in time."""

    series: Series
    terms: Terms
    signals: Mapping[str, Signal]
    composite: Composite
    lines: list[int]
    without_order: str | None = None


def guard_file(found: SeriesFile, terms: Terms) -> Guarded:
    """Run every guard that values alone, and a report beside them, can be put to.

    Raises NothingCheckedError where no row can be used, UsageError for a target that must be in
    another unit than the values and for a baseline that ends before or after all of them.
    """
    series, terms, lines = _series(found, terms)
    _hold_against(found, series, terms.target)
    if terms.independent and terms.kind == "count" and (series.values % 1).any():
        found.notes.append("the values are no whole counts: they have no floor of chance")
        terms = replace(terms, independent=False)
    signals = of_values(series, terms)
    if "reported" in found.numbers:
        signals[REPORTED] = _reconciled(found, terms)
    return Guarded(series, terms, signals, compose(signals), lines, found.without_order)


def natural_bounds(
    declared: Sequence[float], kind: str | None, found: SeriesFile
) -> tuple[float | None, float | None]:
    """The declared bounds, or those that values of this kind have by nature, if they keep to them.

    Raises UsageError for more than two, and for one that a value passes.
    """
    if len(declared) > 2:
        raise UsageError("values have at most two natural bounds")
    values = found.numbers.get("value") or [0.0]
    least, most = min(values), max(values)
    if len(declared) == 2:
        low, high = min(declared), max(declared)
        if least < low or most > high:
            raise UsageError(f"values go from {least:g} to {most:g}, past a natural bound")
        return low, high
    by_nature = 0.0 if kind is not None and least >= 0 else None
    whole = None
    if kind in ("rate", "score") and most <= 100:
        whole = 1.0 if kind == "rate" and most <= 1 else 100.0
    if not declared:
        return by_nature, whole
    if least < declared[0] < most:
        raise UsageError(f"values go from {least:g} to {most:g}, past a natural bound")
    return (declared[0], whole) if declared[0] <= least else (by_nature, declared[0])


def _hold_against(found: SeriesFile, series: Series, target: float) -> None:
    """Say so where the target is none of the values' neighbours."""
    sizes = np.abs(series.values)
    low, high = f"{series.values.min():g}", f"{series.values.max():g}"
    beyond = abs(target) > OTHER_UNIT * sizes.max() > 0
    if beyond or 0 < abs(target) < sizes.min() / OTHER_UNIT:
        raise UsageError(
            f"the target is read as {target:g} and the values go from {low} to {high}, more than "
            f"{OTHER_UNIT} times apart: write it in their unit, 0.95 for shares and 3:59:59 for "
            "times"
        )
    if not series.values.min() <= target <= series.values.max():
        found.notes.append(
            f"the target {target:g} is beyond all values, which go from {low} to {high}: nothing "
            "can be seen about it"
        )


def _series(found: SeriesFile, terms: Terms) -> tuple[Series, Terms, list[int]]:
    numbers, lines = found.numbers, found.lines
    days, step = None, None
    if found.periods is not None:
        days = np.array([day.toordinal() for day in found.periods], dtype=np.int64)
        if terms.baseline_until is not None and not days[0] <= terms.baseline_until < days[-1]:
            raise UsageError(
                f"--baseline-until leaves nothing to compare: the periods go from "
                f"{found.periods[0]} to {found.periods[-1]}"
            )
        step = int(np.median(np.diff(days))) if len(days) > 1 else 1
        if step > 1:
            # Weeks and months are numbered: their unequal lengths are no gaps.
            numbered = np.rint((days - days[0]) / step).astype(np.int64)
            until = terms.baseline_until
            if until is not None:
                position = int(np.searchsorted(days, until, side="right"))
                until = int(numbered[position - 1]) if position else -1
            if (np.diff(numbered) <= 0).any():
                numbered = np.arange(len(days), dtype=np.int64)
            days, terms = numbered, replace(terms, baseline_until=until)
    if step != 1:
        terms = replace(terms, period_end=None)
    if "numerator" in numbers:
        top, below = np.array(numbers["numerator"]), np.array(numbers["denominator"])
        usable = (below > 0) & (top >= 0) & (top <= below) & (top % 1 == 0) & (below % 1 == 0)
        whole = np.flatnonzero(usable)
        if len(whole) < len(top):
            found.notes.append(
                f"{len(top) - len(whole)} rows are no whole part of a whole number and left out"
            )
        if not len(whole):
            raise NothingCheckedError(
                "in no row is the numerator a whole part of a whole denominator above 0"
            )
        top, below = top[whole].astype(np.int64), below[whole].astype(np.int64)
        lines = [lines[index] for index in whole]
        days = None if days is None else days[whole]
        return (
            Series.of(100 * top / below, days=days, numerators=top, denominators=below),
            replace(terms, kind="rate", bounds=(0.0, 100.0)),
            lines,
        )
    role = "value" if "value" in numbers else "reported"
    values = np.array(numbers[role], dtype=np.float64)
    if "count" in numbers:
        counts = np.maximum(np.rint(numbers["count"]), 0).astype(np.int64)
        if not counts.any():
            raise NothingCheckedError("no row counts a value: every count is 0 or less")
        if counts.sum() > MOST_VALUES:
            found.notes.append(f"counts were thinned to {MOST_VALUES:,} values in all")
            counts = np.rint(counts * (MOST_VALUES / counts.sum())).astype(np.int64)
        lines = [line for line, count in zip(lines, counts, strict=True) for _ in range(count)]
        return Series.of(np.repeat(values, counts)), replace(terms, period_end=None), lines
    return Series.of(values, days=days), terms, lines


def _reconciled(found: SeriesFile, terms: Terms) -> Signal:
    """The test behind `reported_matches_recomputed`."""
    reported = np.array(found.numbers["reported"])
    recomputed = np.array(found.numbers["recomputed"])
    if len(reported) < FEWEST_PAIRS:
        return not_enough(len(reported), FEWEST_PAIRS, "pairs")
    step = terms.resolution or resolution_of(reported) or 0.0
    found_apart = against_target(
        reported, recomputed, terms.target, step=step, higher_is_better=terms.higher_is_better
    )
    if found_apart.is_rounding:
        observed, expected = found_apart.rounding_in_words()
        rows = np.flatnonzero(found_apart.towards)
    else:
        rows = np.flatnonzero(found_apart.lifted)
        observed = (
            f"{len(rows)} of {int(found_apart.differing.sum())} differing figures meet the "
            "target where the recomputed ones do not"
        )
        expected = "about as many the other way round, if differences fell at random"
    return judged(
        found_apart.p_value, n=len(reported), observed=observed, expected=expected, rows=rows
    )


def as_data(guarded: Guarded) -> list[dict[str, Any]]:
    """One record a guard: everything that is said of it."""
    records = []
    for name, signal in guarded.signals.items():
        guard = load(name).GUARD
        q_value = guarded.composite.q_values.get(name)
        shown = sorted(signal.placebos, key=lambda placebo: -placebo.score)[:PLACEBOS_SHOWN]
        lines = [guarded.lines[row] for row in signal.rows] if _is_asked(q_value) else []
        records.append(
            {
                "guard": name,
                "outcome": signal.outcome.value,
                "grade": (Grade.U if q_value is None else grade_of(q_value)).value,
                "n": signal.n,
                "detail": signal.detail,
                "observed": signal.observed or None,
                "expected": signal.expected or None,
                "p_value": signal.p_value,
                "q_value": q_value,
                "score": signal.score,
                "placebos_tried": len(signal.placebos),
                "placebo_targets": [{"at": one.at, "score": round(one.score, 2)} for one in shown],
                "evidence_count": len(set(lines)),
                "evidence_lines": sorted(set(lines))[:1000],
                "innocent_explanations": list(guard.innocent_explanations),
                "invisible": list(guard.invisible),
            }
        )
    return records


def as_text(records: list[dict[str, Any]], guarded: Guarded) -> str:
    """The same for people: the verdict first, then each guard, those that ask first."""
    composite = guarded.composite
    judged_count = sum(one["outcome"] == Outcome.JUDGED.value for one in records)
    way = "higher" if guarded.terms.higher_is_better else "lower"
    smallest = f"smallest q {composite.smallest_q:.2g} of {judged_count} guards that judged"
    verdict = (
        f"{_VERDICT[composite.grade]} (grade {composite.grade.value}; "
        f"{smallest if judged_count else 'no guard judged'}; "
        f"target {guarded.terms.target:g}, {way} is better)"
    )
    unused = [f"Order was not looked at: {guarded.without_order}"] if guarded.without_order else []
    lines = [verdict, *unused, ""]
    order = {"D": 0, "C": 1, "B": 2, "A": 3, "U": 4}
    for one in sorted(records, key=lambda record: order[record["grade"]]):
        lines += _lines(one)
    return "\n".join(lines)


_VERDICT = {
    Grade.U: "Nothing could be judged",
    Grade.A: "Nothing to ask",
    Grade.B: "Nothing to ask yet: watch",
    Grade.C: "A question to the owner",
    Grade.D: "An urgent question to the owner",
}


def _is_asked(q_value: float | None) -> bool:
    return q_value is not None and grade_of(q_value) is not Grade.A


def _lines(one: dict[str, Any]) -> list[str]:
    title = f"{one['grade']}  {one['guard'].replace('_', ' ')}  (n = {one['n']:,})"
    if one["q_value"] is None:
        return [title, f"     {one['outcome'].replace('_', ' ')}: {one['detail']}"]
    found = [f"     {name}  {one[name]}" for name in ("observed", "expected") if one[name]]
    lines = [
        title,
        *found,
        f"     p = {one['p_value']:.3g}, q = {one['q_value']:.3g}",
    ]
    if one["placebo_targets"]:
        best = ", ".join(f"{p['at']:g}: {p['score']:.1f}" for p in one["placebo_targets"][:4])
        lines.append(
            f"     placebo   here {one['score']:.1f}; the highest of {one['placebos_tried']} "
            f"other places: {best}"
        )
    if _is_asked(one["q_value"]):
        shown = ", ".join(map(str, one["evidence_lines"][:EVIDENCE_SHOWN]))
        more = one["evidence_count"] - min(EVIDENCE_SHOWN, one["evidence_count"])
        if shown:
            lines.append(f"     evidence  lines {shown}" + (f" and {more:,} more" if more else ""))
        lines += [f"     perhaps   {reason}" for reason in one["innocent_explanations"]]
        lines += [f"     invisible {what}" for what in one["invisible"]]
    return lines
