"""Which mark of a column stands before decimals and which between thousands, by all its cells.

1,023 can be a thousand or one and a bit. A cell that cannot be both proves it: 1,5 or 0,951 or
1,234.5. Where all leave it open, the cells without a mark tell by their size: beside 987 it is a
thousand. Where nothing tells, the rest of the file does, or what is usual. A guess is said.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ingestion.mapping.value import number_pattern, plain
from orchestration.written_number import figure_of, looks_numeric, number, share_numeric
from sightline.errors import NothingCheckedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orchestration.series_table import Table

OTHER = {".": ",", ",": "."}
NAMES = {".": "point", ",": "comma"}
# The two readings lie three decades apart: one that is nearer by half of that is the one.
NEARER = 1.5
FEWEST_SIZES = 3  # one or two are what somebody writes where nothing is known: 999
MOSTLY, SAMPLE = 0.8, 400
SLIPS = 0.05  # so few proofs against the size of all others are cells that somebody mistyped
_OPEN = re.compile(r"[1-9]\d{0,2}([.,])\d{3}")


class ColumnMarks(NamedTuple):
    """guess: the sentence that says how an open mark was read, and how to say otherwise."""

    decimal: str
    thousands: str | None
    guess: str | None = None

    @property
    def pair(self) -> tuple[str, str | None]:
        """As `number` takes them."""
        return self.decimal, self.thousands


@dataclass(slots=True)
class _Seen:
    """The figures of a column: how many prove a decimal mark, which leave it open, by that mark.

    plain: sizes of the figures without comma and point; figures: all, without their signs.
    """

    figures: list[str] = field(default_factory=list)
    proofs: Counter[str] = field(default_factory=Counter)
    opened: dict[str, list[str]] = field(default_factory=lambda: {".": [], ",": []})
    plain: list[float] = field(default_factory=list)

    @property
    def open_mark(self) -> str:
        """The mark that more cells leave open."""
        return max(self.opened, key=lambda mark: len(self.opened[mark]))


def marks_of(table: Table, at: int, told: str | None = None) -> ColumnMarks:
    """The marks of a column; `told` is the decimal mark that somebody named.

    Raises NothingCheckedError where no cell is a number.
    """
    cells = table.cells(at)
    if not any(looks_numeric(cell) for cell in cells):
        name = f"{table.place}: {table.heading[at]}"
        raise NothingCheckedError(f"{name} holds no numbers; --value NAME takes another column")
    seen = _seen(cells)
    decimal, because = (told, None) if told else _decimal(table, at, seen)
    marks = ColumnMarks(decimal, _thousands(seen, decimal))
    if because is None:
        return marks
    said = next(cell for cell in cells if _is_open(cell, seen.open_mark))
    before, other = (
        ("decimals", ColumnMarks(OTHER[decimal], decimal))
        if decimal == seen.open_mark
        else ("thousands", ColumnMarks(OTHER[decimal], None))
    )
    return marks._replace(
        guess=f"{table.heading[at]}: {plain(said)!r} is read as {_read(said, marks)}, its "
        f"{NAMES[seen.open_mark]} before {before}, {because}; --decimal-mark "
        f"{NAMES[other.decimal]} reads it as {_read(said, other)}"
    )


def _read(cell: str, marks: ColumnMarks) -> str:
    value = number(cell, marks.pair)
    return "no number" if value is None else f"{value:.15g}"


def decimal_mark_of(cells: Iterable[str], marks: ColumnMarks) -> str | None:
    """The decimal mark of a column, None where no number of it has a mark to tell by."""
    marked = (cell for cell in cells if re.search(r"[.,]\d", cell))
    return marks.decimal if any(number(cell, marks.pair) is not None for cell in marked) else None


def _seen(cells: Iterable[str]) -> _Seen:
    seen = _Seen()
    for cell in cells:
        figure = figure_of(cell)
        if figure is None:
            continue
        figure = _unsigned(figure)
        seen.figures.append(figure)
        marks = re.findall("[.,]", figure)
        if not marks:
            seen.plain.append(float(re.sub(r"\D", "", figure)))
        elif found := _OPEN.fullmatch(figure):
            seen.opened[found[1]].append(figure)
        else:
            several = len(marks) > 1 and len(set(marks)) == 1
            decimal = OTHER[marks[-1]] if several else marks[-1]
            if len(marks) == 1 or _is_so(figure, decimal, OTHER[decimal]):
                seen.proofs[decimal] += 1
    return seen


def _is_open(cell: str, mark: str) -> bool:
    found = _OPEN.fullmatch(_unsigned(figure_of(cell) or ""))
    return found is not None and found[1] == mark


def _is_so(figure: str, decimal: str, thousands: str | None) -> bool:
    return re.fullmatch(number_pattern(decimal, thousands), figure) is not None


def _unsigned(figure: str) -> str:
    return figure.lstrip("-+\N{MINUS SIGN}").replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")


def _decimal(table: Table, at: int, seen: _Seen) -> tuple[str, str | None]:
    """The decimal mark, and what it was guessed by where no cell proves it."""
    opened = seen.opened[seen.open_mark]
    nearer = _by_size(opened, seen.open_mark, seen.plain)
    proven = max(seen.proofs, key=lambda mark: seen.proofs[mark], default=None)
    by_size = "by the size of the values without one"
    if proven:
        if nearer in (None, proven):
            return proven, None
        if nearer and seen.proofs[proven] <= SLIPS * len(opened):
            return nearer, by_size
        return proven, "as others have it that cannot be both, and against their size"
    if not opened:
        return ".", None
    return (nearer, by_size) if nearer else _usual(table, at)


def _by_size(opened: list[str], mark: str, sizes: list[float]) -> str | None:
    """The decimal mark that puts the open figures among these sizes; None where neither does.

    What lies between the two heaps is compared, in decades: a few sizes far off tell nothing.
    """
    beside = np.log10([size for size in sizes if size])
    if not opened or len(set(beside)) < FEWEST_SIZES:
        return None
    decimals = np.log10([float(figure.replace(",", ".")) for figure in opened])
    apart = {mark: _apart(decimals, beside), OTHER[mark]: _apart(decimals + 3, beside)}
    near, far = sorted(apart, key=lambda decimal: apart[decimal])
    return near if apart[far] - apart[near] >= NEARER else None


def _apart(one: np.ndarray, other: np.ndarray) -> float:
    (low, high), (least, most) = (np.quantile(sizes, (0.05, 0.95)) for sizes in (one, other))
    return float(max(low - most, least - high, 0.0))


def _usual(table: Table, at: int) -> tuple[str, str]:
    """The decimal mark of the other columns, or of such files, and why that."""
    sample = [row for _, row in table.rows[:SAMPLE]]
    others: Counter[str] = Counter()
    for column in range(len(table.heading)):
        if column != at and share_numeric(sample, column) >= MOSTLY:
            others += _seen(row[column] for row in sample).proofs
    if others:
        return max(others, key=lambda mark: others[mark]), "as the other columns have it"
    if table.delimiter == ";":
        return ",", "as files with semicolons mostly have it"
    return ".", "as is usual"


def _thousands(seen: _Seen, decimal: str) -> str | None:
    """What stands between thousands: the mark by which most figures are numbers.

    Where some write a point before decimals and some a comma, a figure with the other mark is no
    thousands unless that puts it beside the rest: 95.123 among 95,12 and 94.7.
    """
    other, opened = OTHER[decimal], seen.opened[OTHER[decimal]]
    grouped = any(
        other in figure and not _OPEN.fullmatch(figure) and _is_so(figure, decimal, other)
        for figure in seen.figures
    )
    rest = [
        float(figure.replace(decimal, "."))
        for figure in seen.figures
        if _is_so(figure, decimal, None)
    ]
    between = [mark for mark in ("'", " ") if any(mark in figure for figure in seen.figures)]
    is_mixed = seen.proofs[other] > 0 and _by_size(opened, other, rest) == other
    if grouped or (opened and not is_mixed):
        between.insert(0, other)

    def read(mark: str | None) -> int:
        return sum(_is_so(figure, decimal, mark) for figure in seen.figures)

    return max((None, *between), key=read)
