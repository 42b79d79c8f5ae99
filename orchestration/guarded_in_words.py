"""What the battery says of one file, as data and in words: the verdict first, then each guard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from expectations.guard import Outcome, load
from expectations.judgement import Grade
from expectations.signals.battery import grade_of

if TYPE_CHECKING:
    from orchestration.guarding import Guarded

EVIDENCE_SHOWN, PLACEBOS_SHOWN = 12, 8


def verdict(guarded: Guarded) -> dict[str, Any]:
    """The grade, which guards it is by, and whether one of them looked at the target."""
    judged = {name: signal.outcome is Outcome.JUDGED for name, signal in guarded.signals.items()}
    return {
        "grade": guarded.composite.grade.value,
        "smallest_q": guarded.composite.smallest_q,
        "judged": [name for name, is_judged in judged.items() if is_judged],
        "not_judged": [name for name, is_judged in judged.items() if not is_judged],
        "target_judged": guarded.target_judged,
    }


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
    composite, said = guarded.composite, verdict(guarded)
    judged_count = len(said["judged"])
    way = "higher" if guarded.terms.higher_is_better else "lower"
    smallest = f"smallest q {composite.smallest_q:.2g} of {judged_count} guards that judged"
    about = (
        ""
        if guarded.target_judged or not judged_count
        else ", and nothing was judged about the target"
    )
    closing = (
        f"{_VERDICT[composite.grade]}{about} (grade {composite.grade.value}; "
        f"{smallest if judged_count else 'no guard judged'}; "
        f"target {guarded.terms.target:g}, {way} is better)"
    )
    unjudged = ", ".join(name.replace("_", " ") for name in said["not_judged"])
    unused = [f"Not judged, for the reasons below: {unjudged}"] if unjudged and judged_count else []
    unused += [f"Order was not looked at: {guarded.without_order}"] if guarded.without_order else []
    lines = [closing, *unused, ""]
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
