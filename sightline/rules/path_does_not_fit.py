"""A key result's path of expected progress does not lead from its baseline to its target.

Reason to flag: "should be here by now" would be judged against a plan that nobody could follow.
How to remedy: list waypoints in order of days, inside the objective's period, each at or past the
one before; leave them out where the path is not `listed`, and the path where nothing moves.
"""

from __future__ import annotations

from collections.abc import Iterator

from sightline import walk
from sightline.catalog import Catalog
from sightline.finding import Finding
from sightline.objective import KeyResult, KeyResultKind, Objective, Path

RULE = "path_does_not_fit"
_MOVING = (KeyResultKind.INCREASE_TO, KeyResultKind.DECREASE_TO, KeyResultKind.MILESTONE)


def offenders(catalog: Catalog) -> Iterator[Finding]:
    """Every path without movement, without waypoints, and every misplaced waypoint."""
    for objective, key_result, at in walk.key_results(catalog):
        if key_result.path is not Path.LINEAR and key_result.kind not in _MOVING:
            yield Finding(
                at("path"),
                RULE,
                f"a {key_result.kind} key result does not move, so it has no path",
                "remove the line",
            )
        elif key_result.path is Path.LISTED and not key_result.waypoints:
            yield Finding(
                at("path"),
                RULE,
                "the path is listed, but no waypoint is",
                "add `waypoints: [{day: …, value: …}]`, or write `path: back_loaded`",
            )
        elif key_result.path is not Path.LISTED and key_result.waypoints:
            yield Finding(
                at("waypoints"),
                RULE,
                f"waypoints say nothing on a {key_result.path} path",
                "write `path: listed`, or remove them",
            )
        else:
            yield from _misplaced(objective, key_result, at)


def _misplaced(objective: Objective, key_result: KeyResult, at: walk.At) -> Iterator[Finding]:
    if key_result.baseline is None or key_result.target is None:
        return  # told by numbers_do_not_fit_kind
    rising = key_result.target > key_result.baseline
    day_before, reached = None, key_result.baseline
    for index, waypoint in enumerate(key_result.waypoints):
        if not objective.period.first_day <= waypoint.day < objective.period.last_day:
            yield Finding(
                at("waypoints", index, "day"),
                RULE,
                f"{waypoint.day} is not before the last day of the objective",
                f"choose a day from {objective.period.first_day} on; "
                f"the target itself is due on {objective.period.last_day}",
            )
        elif day_before is not None and waypoint.day <= day_before:
            yield Finding(
                at("waypoints", index, "day"),
                RULE,
                f"{waypoint.day} does not come after {day_before}",
                "list the waypoints in order of days, one a day",
            )
        low, high = (reached, key_result.target) if rising else (key_result.target, reached)
        if not low <= waypoint.value <= high:
            yield Finding(
                at("waypoints", index, "value"),
                RULE,
                f"{waypoint.value} is not between {reached} and the target {key_result.target}",
                "a path never leads back, nor past its target",
            )
        day_before, reached = waypoint.day, waypoint.value
