"""What an episode is, a second time and in another way: one observation after the other.

The warehouse counts in windows over all rows at once. This walks, remembers what it saw and forgets
nothing, so that both can be wrong, but hardly in the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Observation:
    """What a rule saw in a period; with a side state it was not judged."""

    period: date
    is_bad: bool = False
    is_good: bool = False
    at_once: bool = False
    side_state: str | None = None
    fire: tuple[int, int] = (2, 2)
    recover: int = 2


@dataclass
class Episode:
    """From the firing period to the recovery; open while `closed` is None."""

    opened: date
    recovered_before: date | None
    closed: date | None = None
    periods: int = 0

    def holds(self, said: date) -> bool:
        """Whether an episode that was said to have opened then is this one."""
        after = self.recovered_before is None or self.recovered_before < said
        return after and (self.closed is None or said <= self.closed)


@dataclass(frozen=True)
class Walked:
    """The state after each period, and the episodes under their ids."""

    states: dict[date, str]
    episodes: dict[str, Episode]


def walk(
    key: str, observations: Iterable[Observation], record: Mapping[date, str] | None = None
) -> Walked:
    """Walk the observations of one KPI, scope and rule; `record` has the ids minted so far.

    `key` is kpi.scope.rule; the record's ids are in the order in which they were minted.
    """
    record = record or {}
    judged: list[Observation] = []
    states: dict[date, str] = {}
    episodes: list[Episode] = []
    current: Episode | None = None
    recovered: date | None = None
    for seen in sorted(observations, key=lambda observation: observation.period):
        fires, recovers = seen.period in record, False
        if seen.side_state is None:
            judged.append(seen)
            bad = sum(each.is_bad for each in judged[-seen.fire[1] :])
            good = sum(each.is_good for each in judged[-seen.recover :])
            fires = seen.is_bad and (seen.at_once or bad >= seen.fire[0])
            recovers = good >= seen.recover
        if fires and current is None:
            current = Episode(seen.period, recovered)
            episodes.append(current)
        if recovers:
            recovered = seen.period
            if current is not None:
                current.closed, current = seen.period, None
        if current is not None and seen.side_state is None:
            current.periods += 1
        states[seen.period] = seen.side_state or _named(seen, is_open=current is not None)
    return Walked(states, {_id(key, each, record): each for each in episodes})


def _named(seen: Observation, *, is_open: bool) -> str:
    if is_open:
        return "recovering" if seen.is_good else "firing"
    return "pending" if seen.is_bad else "ok"


def _id(key: str, episode: Episode, record: Mapping[date, str]) -> str:
    said = (name for opened, name in record.items() if episode.holds(opened))
    return next(said, f"{key}.{episode.opened}")
