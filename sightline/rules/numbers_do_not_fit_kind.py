"""A key result has not the numbers its kind is computed from.

Reason to flag: progress would be undefined, or run the wrong way.
How to remedy: give the numbers the kind needs and no others; a target on the wrong side means the
other kind.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding
from sightline.objective import KeyResult, KeyResultKind

RULE = "numbers_do_not_fit_kind"
_NEEDS = {
    KeyResultKind.INCREASE_TO: ("baseline", "target"),
    KeyResultKind.DECREASE_TO: ("baseline", "target"),
    KeyResultKind.STAY_AT_OR_ABOVE: ("target",),
    KeyResultKind.STAY_AT_OR_BELOW: ("target",),
    KeyResultKind.WITHIN_RANGE: ("low", "high"),
    KeyResultKind.MILESTONE: ("baseline", "target"),
    KeyResultKind.BINARY: (),
}
# kind → the number that must be smaller, the one that must be larger
_ORDER = {
    KeyResultKind.INCREASE_TO: ("baseline", "target"),
    KeyResultKind.DECREASE_TO: ("target", "baseline"),
    KeyResultKind.WITHIN_RANGE: ("low", "high"),
    KeyResultKind.MILESTONE: ("baseline", "target"),
}


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every key result with a missing, needless or misplaced number."""
    for _, key_result, at in walk.key_results(catalog):
        needs = _NEEDS[key_result.kind]
        for name in ("baseline", "target", "low", "high"):
            given = getattr(key_result, name) is not None
            if given and name not in needs:
                yield Finding(
                    at(name),
                    RULE,
                    f"a {key_result.kind} key result has no {name}",
                    f"remove the line; {key_result.kind} needs {' and '.join(needs) or 'none'}",
                )
            elif not given and name in needs:
                yield Finding(
                    at("kind"),
                    RULE,
                    f"a {key_result.kind} key result needs a {name}",
                    f"add a line `{name}: …`",
                )
        if key_result.kind in _ORDER:
            yield from _wrong_way(key_result, at, *_ORDER[key_result.kind])


def _wrong_way(key_result: KeyResult, at: walk.At, smaller: str, larger: str) -> Iterator[Finding]:
    low, high = getattr(key_result, smaller), getattr(key_result, larger)
    moves = key_result.kind in (KeyResultKind.INCREASE_TO, KeyResultKind.DECREASE_TO)
    if low is None or high is None or low < high or (moves and low == high):
        return  # equal ends of a movement are told by baseline_equals_target
    yield Finding(
        at(larger),
        RULE,
        f"{key_result.kind} wants {smaller} below {larger}, but {low} is not below {high}",
        "swap the two numbers, or choose the opposite kind" if moves else "correct the numbers",
    )
