"""Which column of somebody's file plays which part: as told, or by what it is called and holds."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from orchestration.written_cell import MOSTLY, period_form, share_numeric
from sightline.errors import NothingCheckedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

_PERIODS = re.compile(r"date|period|day|week|month|year|quarter|datum|tag|woche|monat|jahr", re.I)
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


def parts(
    header: Sequence[str], sample: Sequence[Sequence[str]], wanted: Columns
) -> tuple[dict[str, int], list[str]]:
    """The column of each part, named as in `Columns`, and a sentence for each that was guessed.

    Raises UsageError for columns that are not there or cannot be told apart, NothingCheckedError
    where none holds numbers.
    """
    table = _Table(header, sample)
    found, notes = _told(header, wanted), []
    if "period" not in found and (period := table.period(table.without(found))) is not None:
        found["period"] = period
        notes.append(f"{header[period]} was taken for the period")
    numeric = table.numeric(table.without(found))
    if not {"count", "numerator", "reported"} & found.keys():
        count = table.count(numeric)
        if count is not None:
            found["count"] = count
            notes.append(f"{header[count]} was taken for how often each value occurs")
    if not {"value", "numerator", "reported"} & found.keys():
        found["value"] = table.value([at for at in numeric if at != found.get("count")])
        if len(header) > 1:
            notes.append(f"{header[found['value']]} was taken for the values")
    return found, notes


@dataclass(frozen=True, slots=True)
class _Table:
    """Headings, and some rows to look at."""

    header: Sequence[str]
    sample: Sequence[Sequence[str]]

    def without(self, found: dict[str, int]) -> list[int]:
        """The columns that play no part yet."""
        return [at for at in range(len(self.header)) if at not in found.values()]

    def period(self, free: Sequence[int]) -> int | None:
        """The first that holds dates and is called so, else one that holds dates and no numbers."""
        dated = [at for at in free if period_form([row[at] for row in self.sample])]
        called = [at for at in dated if _PERIODS.search(self.header[at])]
        return next(iter([*called, *(at for at in dated if not self._is_numeric(at))]), None)

    def numeric(self, free: Sequence[int]) -> list[int]:
        """Columns of numbers; those that only number the rows where there are no others."""
        numbers = [at for at in free if self._is_numeric(at)]
        return [at for at in numbers if not _ROW_NUMBERS.fullmatch(self.header[at])] or numbers

    def count(self, numeric: Sequence[int]) -> int | None:
        """Of two columns of numbers the one called so, where the other has each value once."""
        counts = [at for at in numeric if _COUNTS.fullmatch(self.header[at])]
        others = [at for at in numeric if at not in counts]
        if len(counts) != 1 or len(others) != 1:
            return None
        values = {row[others[0]] for row in self.sample}
        return counts[0] if len(values) == len(self.sample) else None

    def value(self, numeric: Sequence[int]) -> int:
        """The only column of numbers, or the only one called so."""
        if not numeric:
            raise NothingCheckedError(
                "no column holds numbers in four of five rows; --value NAME takes one with fewer"
            )
        called = [at for at in numeric if _VALUES.fullmatch(self.header[at])]
        chosen = numeric if len(numeric) == 1 else called
        if len(chosen) != 1:
            names = ", ".join(repr(self.header[at]) for at in numeric)
            raise UsageError(
                f"which column holds the values? Say --value NAME; columns of numbers: {names}"
            )
        return chosen[0]

    def _is_numeric(self, at: int) -> bool:
        return share_numeric(self.sample, at) >= MOSTLY


def _told(header: Sequence[str], wanted: Columns) -> dict[str, int]:
    found = {part: _at(header, name) for part, name in asdict(wanted).items() if name is not None}
    for one, other in (("numerator", "denominator"), ("reported", "recomputed")):
        if (one in found) != (other in found):
            raise UsageError(f"--{one} and --{other} go together")
    return found


def _at(header: Sequence[str], name: str) -> int:
    folded = [heading.casefold() for heading in header]
    if name.casefold() in folded:
        return folded.index(name.casefold())
    if name.isdecimal() and 1 <= int(name) <= len(header):
        return int(name) - 1
    raise UsageError(f"there is no column {name!r}; there are: {', '.join(map(repr, header))}")
