"""What do the marts say about a case that people have in hand? Recovery, effectiveness, relapse.

A fix counts as effective when the KPI has been judged for four periods after it recovered, the last
of them good, and no new breach came. A breach before that is a relapse: the case reopens and goes
on with it; one after that is a case of its own. Periods say so, not when somebody looked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol, TypeAlias

from sightline.casebook.life_cycle import Standing

EFFECTIVE_AFTER = 4

Observation: TypeAlias = tuple[str, dict[str, Any]]

_COURSES = f"""
    with course as (
        select episode_id, kpi_id, scope, state, closed_period,
            lead(opened_period) over one_after_the_other as relapsed_in,
            lead(episode_id) over one_after_the_other as relapse
        from marts.fct_kpi_episode
        window one_after_the_other as (partition by kpi_id, scope, rule order by opened_period)
    ),
    held as (
        select course.*, judged.period_start, judged.is_beyond_target,
            count(judged.period_start) over (
                partition by course.episode_id order by judged.period_start
            ) as periods
        from course
        left join marts.fct_kpi_evaluation as judged
            on judged.kpi_id = course.kpi_id and judged.scope = course.scope
            and judged.is_closed and judged.value is not null
            and judged.period_start > course.closed_period
            and (course.relapsed_in is null or judged.period_start < course.relapsed_in)
    )
    select episode_id, state, closed_period, max(periods) as held_for,
        coalesce(bool_or(periods >= {EFFECTIVE_AFTER} and not is_beyond_target), false) as has_held,
        relapse
    from held
    group by episode_id, state, closed_period, relapse
"""  # noqa: S608 - the only thing spliced in is the constant above


class Cursor(Protocol):
    """What a query gives back (DB-API)."""

    def fetchall(self) -> list[Any]: ...


class Marts(Protocol):
    """A connection whose database has a schema `marts`."""

    def execute(self, query: str, /) -> Cursor: ...


@dataclass(frozen=True)
class Course:
    """How one episode went on; `relapse` is the next episode of the same KPI, scope and rule.

    `held_for` counts the judged periods from its end up to that; `has_held` when a look after one
    of them had found the fix effective, whether anybody looked or not.
    """

    episode_id: str
    state: str
    closed_period: date | None
    held_for: int
    has_held: bool
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
    if course.has_held:
        found.append(("verified", {"periods": course.held_for}))
    elif course.relapse is not None:
        found.append(("relapsed", {"episode": course.relapse}))
    return found
