"""What a file of tables says, whatever its format: its cells, and what is odd about them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

LARGEST = Decimal(10) ** 28  # a raw decimal has 29 digits before the point
MOST_CELLS = 2_000_000  # filled; a sheet of a firm's figures has thousands
ERROR_VALUE = re.compile(
    r"#(DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|SPILL!|CALC!|NV|BEZUG!|WERT!|ZAHL!)|Err:\d{3}"
)


class Refusal(Exception):  # noqa: N818 - it is an answer that travels, not a fault of ours
    """Why a file, a table or a value is not taken: the name of the rule, and a sentence."""

    def __init__(self, rule: str, reason: str) -> None:
        self.rule = rule
        self.reason = reason
        super().__init__(reason)


class Cell(NamedTuple):
    """One filled cell. `number` is exact text, `moment` ISO text; `rule`: why it has no value."""

    sheet: str
    row: int
    column: int
    text: str
    number: str | None = None
    moment: str | None = None
    formula: str | None = None
    is_hidden: bool = False
    is_percent: bool = False
    rule: str | None = None
    reason: str | None = None

    @property
    def is_unknown(self) -> bool:
        """Whether it is a formula of which no value, or an error, was kept."""
        return self.formula is not None and self.rule is not None

    @property
    def address(self) -> str:
        """Where it stands, as people say it: `E42`."""
        return f"{letters(self.column)}{self.row}"


class Sheet(NamedTuple):
    """One sheet; `merged` holds (first row, first column, last row, last column)."""

    name: str
    is_hidden: bool = False
    merged: tuple[tuple[int, int, int, int], ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    is_very_hidden: bool = False  # hidden so that no menu of the program brings it back
    folded_rows: frozenset[int] = frozenset()  # hidden by a filter, or in a group that is closed


class Oddity(NamedTuple):
    """One fact about the structure of a file, with its place; without one it is the whole file."""

    rule: str
    observed: str
    expected: str
    sheet: str | None = None
    row: int | None = None
    cell: str | None = None
    column_name: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One file read whole: sheets in order, cells in reading order."""

    sheets: tuple[Sheet, ...]
    cells: tuple[Cell, ...]
    modified_at: str | None = None
    modified_by: str | None = None
    created_by: str | None = None
    oddities: tuple[Oddity, ...] = ()

    def to_json(self) -> str:
        """One line, a list, so that a million cells carry no keys."""
        sheets = [[sorted(x) if isinstance(x, frozenset) else x for x in s] for s in self.sheets]
        saved = (self.modified_at, self.modified_by, self.created_by)
        return json.dumps([sheets, self.cells, *saved, self.oddities])

    @classmethod
    def from_json(cls, line: str) -> Reading:
        """The reading that `to_json` wrote."""
        sheets, cells, modified_at, modified_by, created_by, oddities = json.loads(line)
        return cls(
            tuple(
                Sheet(
                    name, hidden, tuple(map(tuple, merged)), frozenset(rows), very, frozenset(fold)
                )
                for name, hidden, merged, rows, very, fold in sheets
            ),
            tuple(Cell(*cell) for cell in cells),
            modified_at,
            modified_by,
            created_by,
            tuple(Oddity(*oddity) for oddity in oddities),
        )


def headed(cells: tuple[Cell, ...]) -> Iterator[tuple[Cell, str | None]]:
    """Cells below the heading of their sheet, its first filled row, each with its column's text."""
    heading_row: dict[str, int] = {}
    headings: dict[tuple[str, int], str] = {}
    for cell in cells:
        if cell.row == heading_row.setdefault(cell.sheet, cell.row):
            headings[cell.sheet, cell.column] = cell.text.strip()
        else:
            yield cell, headings.get((cell.sheet, cell.column))


def doubt(text: str, number: str | None) -> dict[str, Any]:
    """`rule` and `reason` where what a cell shows is no value; empty where it is one."""
    if ERROR_VALUE.fullmatch(text.strip()):
        return {"rule": "error_value", "reason": f"error value {text.strip()}"}
    if number is not None and not Decimal(number).is_finite():
        return {"rule": "not_a_number", "reason": f"no finite number: {number}"}
    if number is not None and abs(Decimal(number)) >= LARGEST:
        return {"rule": "out_of_range", "reason": f"number out of range: {number}"}
    if number is None and is_mojibake(text):
        return {
            "rule": "wrong_code_page",
            "reason": f"text read in a wrong code page: {text[:60]!r}",
        }
    return {}


def is_mojibake(text: str) -> bool:
    """Whether the text is UTF-8 that was read as Windows-1252, or has lost characters for good."""
    if text.isascii():
        return False
    if "\N{REPLACEMENT CHARACTER}" in text:
        return True
    try:
        return text.encode("cp1252").decode("utf-8") != text
    except UnicodeError:
        return False


def letters(column: int) -> str:
    """1 → A, 27 → AA."""
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def column_number(text: str) -> int:
    """A → 1, AA → 27."""
    number = 0
    for letter in text:
        number = number * 26 + ord(letter) - 64
    return number
