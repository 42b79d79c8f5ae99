"""Cell references in a formula: its R1C1 form, and the formula as it reads elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ingestion.workbook.reading import column_number, letters

# Texts and quoted sheet names are passed over, so that what looks like a cell in them stays.
_PARTS = re.compile(
    r"""(?P<text>"(?:[^"]|"")*"|'(?:[^']|'')*'(?=!))
    |(?<![\w.$])(?P<cell>(\$?)([A-Z]{1,3})(\$?)([1-9][0-9]{0,6}))(?![\w(.])
    |(?<![\w.$])(?P<columns>(\$?)([A-Z]{1,3}):(\$?)([A-Z]{1,3}))(?![\w(.])""",
    re.VERBOSE,
)
_NAME = re.compile(r"[A-Za-z_\\][\w.]*(?![\w.(])|\[")
_CONSTANTS = frozenset({"TRUE", "FALSE"})
_CELL = r"\$?([A-Z]{1,3})\$?([1-9]\d{0,6})"
_SINGLE = re.compile(rf"(?<![\w.$!]){_CELL}(?![\w(.])")
_RANGE = re.compile(rf"(?<![\w.$!]){_CELL}:{_CELL}")


class Area(NamedTuple):
    """A range on the formula's own sheet, both ends included."""

    first_column: int
    first_row: int
    last_column: int
    last_row: int


def r1c1(formula: str, row: int, column: int) -> str:
    """The formula with relative references as distances: equal forms are filled from one cell."""

    def spelt(found: re.Match[str]) -> str:
        if found["text"]:
            return found["text"]
        if found["columns"]:
            fixed, first, fixed_last, last = found.group(8, 9, 10, 11)
            return f"{_offset('C', first, fixed, column)}:{_offset('C', last, fixed_last, column)}"
        fixed_column, name, fixed_row, number = found.group(3, 4, 5, 6)
        across = _offset("C", name, fixed_column, column)
        down = f"R{number}" if fixed_row else f"R[{int(number) - row}]"
        return down + across

    return _PARTS.sub(spelt, plain(formula))


def _offset(axis: str, name: str, fixed: str, origin: int) -> str:
    number = column_number(name)
    return f"{axis}{number}" if fixed else f"{axis}[{number - origin}]"


def filled(formula: str, *, down: int, across: int) -> str:
    """The formula as it reads when filled so many rows down and columns across."""

    def moved(found: re.Match[str]) -> str:
        if not found["cell"]:
            return found[0]
        fixed_column, name, fixed_row, number = found.group(3, 4, 5, 6)
        if not fixed_column:
            name = letters(column_number(name) + across)
        if not fixed_row:
            number = str(int(number) + down)
        return f"{fixed_column}{name}{fixed_row}{number}"

    return _PARTS.sub(moved, plain(formula))


def looks_at_something(formula: str) -> bool:
    """Whether it names any cell, table or name: `=97.5` does not, a constant in disguise."""
    bare = re.sub(r'"(?:[^"]|"")*"', "", plain(formula))
    return any(found[0].upper() not in _CONSTANTS for found in _NAME.finditer(bare))


def areas(formula: str) -> Iterator[Area]:
    """The ranges on the formula's own sheet."""
    for first_column, first_row, last_column, last_row in _RANGE.findall(formula):
        yield Area(
            column_number(first_column), int(first_row), column_number(last_column), int(last_row)
        )


def rows_named(formula: str, column: int) -> set[int]:
    """Rows of the single cells of a column that the formula names."""
    bare = _RANGE.sub("", formula)
    return {int(row) for name, row in _SINGLE.findall(bare) if column_number(name) == column}


def plain(formula: str) -> str:
    """With a leading equals sign and without the braces of an array formula."""
    bare = formula.strip()
    if bare.startswith("{") and bare.endswith("}"):
        bare = bare[1:-1]
    return bare if bare.startswith("=") else f"={bare}"
