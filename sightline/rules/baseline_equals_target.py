"""A key result wants to move a number to where it already is.

Reason to flag: progress would be divided by nothing: 98 → 98 `increase_to` can only be reached by
definition.
How to remedy: use `stay_at_or_above` or `stay_at_or_below`, or correct one of the two numbers.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding
from sightline.objective import KeyResultKind

_STAY = {
    KeyResultKind.INCREASE_TO: KeyResultKind.STAY_AT_OR_ABOVE,
    KeyResultKind.DECREASE_TO: KeyResultKind.STAY_AT_OR_BELOW,
}


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every increase_to or decrease_to whose baseline is its target."""
    for _, key_result, at in walk.key_results(catalog):
        stay = _STAY.get(key_result.kind)
        if stay and key_result.target is not None and key_result.baseline == key_result.target:
            yield Finding(
                at("target"),
                "baseline_equals_target",
                f"{key_result.kind} from {key_result.baseline} to {key_result.target} "
                "is no movement",
                f"write `kind: {stay}`, or correct one of the two numbers",
            )
