"""Follow up what people have in hand: recoveries, effectiveness, relapses, lapsed acceptances."""

from dataclasses import dataclass

from orchestration.catalog import catalog
from sightline.acting import kpi_of
from sightline.casebook import Casebook
from sightline.casebook.deadlines import IsOff
from sightline.casebook.follow_up import courses, observations
from sightline.days_off import days_off
from sightline.home import Home
from sightline.warehouse.duckdb import read_published


@dataclass(frozen=True)
class FollowedUp:
    """What one look did: cases looked at, observations recorded, cases overdue."""

    cases: int
    observed: int
    overdue: int


def follow_up(home: Home) -> FollowedUp:
    """Record what the marts and the calendar say about every case that is not over."""
    now, casebook = home.now(), Casebook(home.casebook_url)
    casebook.create()
    standings = casebook.standings(now)
    at_hand = {case: stands for case, stands in standings.items() if not stands.is_over}
    with read_published(home) as connection:
        went = courses(connection)
    of_kpi = days_off(catalog())

    def is_off(case: str) -> IsOff:
        return of_kpi(kpi_of(case))

    observed = 0
    for case, stands in at_hand.items():
        for kind, content in observations(stands, went.get(stands.episode)):
            recorded = casebook.observe(case, kind, content, now, is_off(case)) is not None
            observed += recorded
            if recorded and kind == "relapsed" and content["episode"] != stands.episode:
                casebook.observe(content["episode"], "merged", {"into": case}, now)
    casebook.bring_into_line(now, is_off)
    overdue = sum(stands.is_overdue(now.date()) for stands in casebook.standings(now).values())
    return FollowedUp(len(at_hand), observed, overdue)
