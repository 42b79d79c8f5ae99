"""Which column of somebody's file plays which part: as told, or by what it is called and holds."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from ingestion.mapping.value import plain
from orchestration.written_day import (
    MOSTLY,
    SAMPLE,
    is_serial,
    looks_like_periods,
    period_form,
)
from orchestration.written_number import looks_numeric, share_numeric
from sightline.errors import NothingCheckedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from orchestration.series_table import Table

_PERIODS = re.compile(r"date|period|day|week|month|year|quarter|datum|tag|woche|monat|jahr", re.I)
_PERIOD_ALONE = re.compile(
    r"(date|period|day|week|month|datum|tag|woche|monat)([ _-]?(start|starting|end|ending|of))?",
    re.I,
)
_VALUES = re.compile(r"values?|scores?|marks?|wert|result|time|minutes|amount", re.I)
_COUNTS = re.compile(
    r"(n|counts?|freq|frequency|number|nr_of.*|students?|anzahl|h[aä]ufigkeit|persons?|cases)",
    re.I,
)
_ROW_NUMBERS = re.compile(r"(id|index|row|nr|no|#|unnamed.*|)", re.I)


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns to read, by heading or 1-based number; None where to guess or not to read."""

    value: str | None = None
    period: str | None = None
    numerator: str | None = None
    denominator: str | None = None
    reported: str | None = None
    recomputed: str | None = None
    count: str | None = None

    def names(self) -> list[str]:
        """What was said that can be no number of a column among the first thousand."""
        said = [name for name in asdict(self).values() if name is not None]
        return [name for name in said if not (name.isdecimal() and len(name) < 4)]


def parts(table: Table, wanted: Columns) -> tuple[dict[str, int], list[str]]:
    """The column of each part, named as in `Columns`, and a sentence for each that was guessed.

    Raises UsageError for columns that are not there or cannot be told apart, NothingCheckedError
    where none holds numbers.
    """
    look = _Look(table, [row for _, row in table.rows[:SAMPLE]])
    found, notes = _told(table, wanted), []
    if "period" not in found and (period := look.period(look.without(found))) is not None:
        found["period"] = period
        notes.append(f"{_called(table, period)} was taken for the period")
    numeric = look.numeric(look.without(found))
    if not {"count", "numerator", "reported"} & found.keys():
        count = look.count(numeric)
        if count is not None:
            found["count"] = count
            notes.append(f"{_called(table, count)} was taken for how often each value occurs")
    if not {"value", "numerator", "reported"} & found.keys():
        found["value"] = look.value([at for at in numeric if at != found.get("count")])
        if len(table.heading) > 1:
            notes.append(f"{_called(table, found['value'])} was taken for the values")
    return found, notes


def unread_period(table: Table, used: Collection[int]) -> int | None:
    """A column that seems to hold periods though nothing of it could be read, None without one."""
    sample = [row for _, row in table.rows[:SAMPLE]]
    for at in range(len(table.heading)):
        cells = [row[at] for row in sample if row[at].strip()]
        if at in used or not cells:
            continue
        words = sum(looks_numeric(cell) for cell in cells) < MOSTLY * len(cells)
        called = bool(_PERIOD_ALONE.fullmatch(table.heading[at]))
        if called or (words and looks_like_periods(cells)):
            return at
    return None


@dataclass(frozen=True, slots=True)
class _Look:
    """A table, and some of its rows to look at."""

    table: Table
    sample: Sequence[Sequence[str]]

    def without(self, found: dict[str, int]) -> list[int]:
        """The columns that play no part yet."""
        return [at for at in range(len(self.table.heading)) if at not in found.values()]

    def period(self, free: Sequence[int]) -> int | None:
        """The first that holds dates and is called so, else one that holds dates and no numbers.

        Where there is none, one of days as spreadsheets count them.
        """
        dated = [at for at in free if period_form([row[at] for row in self.sample])]
        called = [at for at in dated if _PERIODS.search(self.table.heading[at])]
        words = [at for at in dated if not self._is_numeric(at)]
        return next(iter([*called, *words, *self._serial(free)]), None)

    def _serial(self, free: Sequence[int]) -> list[int]:
        """Columns that hold days as spreadsheets count them, are called so and not alone."""
        numeric = [at for at in free if self._is_numeric(at)]
        called = [at for at in numeric if _PERIOD_ALONE.fullmatch(self.table.heading[at])]
        return [at for at in called if len(numeric) > 1 and is_serial(self.table.cells(at))]

    def numeric(self, free: Sequence[int]) -> list[int]:
        """Columns of numbers; those that only number the rows where there are no others."""
        numbers = [at for at in free if self._is_numeric(at)]
        names = self.table.heading
        return [at for at in numbers if not _ROW_NUMBERS.fullmatch(names[at])] or numbers

    def count(self, numeric: Sequence[int]) -> int | None:
        """Of two columns of numbers the one called so, where the other has each value once."""
        counts = [at for at in numeric if _COUNTS.fullmatch(self.table.heading[at])]
        others = [at for at in numeric if at not in counts]
        if len(counts) != 1 or len(others) != 1:
            return None
        values = {row[others[0]] for row in self.sample}
        return counts[0] if len(values) == len(self.sample) else None

    def value(self, numeric: Sequence[int]) -> int:
        """The only column of numbers, or the only one called so."""
        if not numeric:
            raise NothingCheckedError(
                f"{self.table.place}: no column holds numbers in four of five rows; --value NAME "
                "takes one with fewer"
            )
        called = [at for at in numeric if _VALUES.fullmatch(self.table.heading[at])]
        chosen = numeric if len(numeric) == 1 else called
        if len(chosen) != 1:
            names = ", ".join(repr(_called(self.table, at)) for at in numeric)
            raise UsageError(
                f"{self.table.place}: which column holds the values? Say --value NAME; "
                f"columns of numbers: {names}"
            )
        return chosen[0]

    def _is_numeric(self, at: int) -> bool:
        return share_numeric(self.sample, at) >= MOSTLY


def _told(table: Table, wanted: Columns) -> dict[str, int]:
    said = {part: name for part, name in asdict(wanted).items() if name is not None}
    for one, other in (("numerator", "denominator"), ("reported", "recomputed")):
        if (one in said) != (other in said):
            raise UsageError(f"--{one} and --{other} go together")
    return {part: _at(table, part, name) for part, name in said.items()}


def _at(table: Table, part: str, name: str) -> int:
    """The column of this name; by number where none is called so."""
    heading, wanted = table.heading, plain(name)
    exact = [at for at, one in enumerate(heading) if one == wanted]
    folded = [at for at, one in enumerate(heading) if one.casefold() == wanted.casefold()]
    called = exact or folded
    if len(called) == 1:
        return called[0]
    if called:
        numbers = " and ".join(str(at + 1) for at in called)
        raise UsageError(
            f"{table.place}: the columns {numbers} are called {name!r}: say which by number, as in "
            f"--{part} {called[0] + 1}"
        )
    if wanted.isdecimal() and 1 <= int(wanted) <= len(heading):
        return int(wanted) - 1
    named = [one for one in heading if not _is_unnamed(one)]
    nameless = len(heading) - len(named)
    more = f", and {nameless} without a name" if nameless else ""
    raise UsageError(
        f"{table.place}: there is no column {name!r}; there are: "
        f"{', '.join(map(repr, named))}{more}; a number from 1 to {len(heading)} names one too"
    )


def _is_unnamed(name: str) -> bool:
    return name.startswith("unnamed column ")


def _called(table: Table, at: int) -> str:
    """Its name, with its number where it shares that."""
    name = table.heading[at]
    return f"{name} (column {at + 1})" if table.heading.count(name) > 1 else name
