"""What do the marts say about a case that people have in hand? Recovery, effectiveness, relapse.

A fix counts as effective when the KPI has been judged for four periods after it recovered and no
new breach came. A breach before that is a relapse: the case reopens and goes on with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol, TypeAlias

from sightline.casebook.life_cycle import Standing

EFFECTIVE_AFTER = 4

Observation: TypeAlias = tuple[str, dict[str, Any]]

_COURSES = """
    select episode.episode_id, episode.state, episode.closed_period,
        count(later.period_start) as judged_since,
        coalesce(max(later.period_start) = max(
            case when later.is_beyond_target then later.period_start end
        ), false) as is_bad_again,
        (
            select min(next.episode_id) from marts.fct_kpi_episode as next
            where next.kpi_id = episode.kpi_id and next.scope = episode.scope
                and next.rule = episode.rule and next.opened_period > episode.closed_period
        ) as relapse
    from marts.fct_kpi_episode as episode
    left join marts.fct_kpi_evaluation as later
        on later.kpi_id = episode.kpi_id and later.scope = episode.scope and later.is_closed
        and later.value is not null and later.period_start > episode.closed_period
    group by episode.episode_id, episode.kpi_id, episode.scope, episode.rule, episode.state,
        episode.closed_period
"""


class Cursor(Protocol):
    """What a query gives back (DB-API)."""

    def fetchall(self) -> list[Any]: ...


class Marts(Protocol):
    """A connection whose database has a schema `marts`."""

    def execute(self, query: str, /) -> Cursor: ...


@dataclass(frozen=True)
class Course:
    """How one episode went on; `relapse` is the next episode of the same KPI, scope and rule."""

    episode_id: str
    state: str
    closed_period: date | None
    judged_since: int
    is_bad_again: bool
    relapse: str | None


def courses(marts: Marts) -> dict[str, Course]:
    """How every episode went on, by id."""
    return {row[0]: Course(*row) for row in marts.execute(_COURSES).fetchall()}


def observations(stands: Standing, course: Course | None) -> list[Observation]:
    """What is news for a case, in order; the casebook drops what is not legal where it stands."""
    if course is None:
        return [("withdrawn", {})]  # late data revised the episode away
    if course.state == "recovering":
        return [("recovering", {})]
    if course.state == "firing":
        return [("relapsed", {"episode": stands.episode})] if stands.state == "recovering" else []
    found: list[Observation] = [("resolved", {"period": str(course.closed_period)})]
    if stands.state == "verified":
        return []
    if course.relapse is not None:
        found.append(("relapsed", {"episode": course.relapse}))
    elif course.judged_since >= EFFECTIVE_AFTER and not course.is_bad_again:
        found.append(("verified", {"periods": course.judged_since}))
    return found
