"""Honest workbooks as people keep them: totals, subtotals, formats, titles, revised formulas."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter

KEEPER = "site-office@northline.example"
SAVED = datetime.fromisoformat("2026-10-20 09:00")
FIRST_DAY = date(2025, 1, 6)
FORMS = (
    ("=100*D{row}/C{row}", lambda c, d: 100 * d / c),
    ("=IF(C{row}=0,0,100*D{row}/C{row})", lambda c, d: 100 * d / c),
    ("=ROUND(D{row}/C{row},3)", lambda c, d: round(d / c, 3)),
    ("=C{row}-D{row}", lambda c, d: c - d),
    ("=SUM(C{row}:D{row})", lambda c, d: c + d),
)
FORMATS = ("General", "0.0", "#,##0.00", "0.0%", "0.0;[Red]-0.0", '0.0" h"', "0.00;(0.00);\\-")


@dataclass
class Plan:
    """Everything that differs between workbooks; an injection changes it, or a cell of it."""

    seed: int
    rows: int
    first_row: int  # 1-based row of the first figures
    form: int
    number_format: str
    totals: str  # none, below, above, blocks
    has_history: bool
    newest_first: bool
    is_revised: bool
    font: tuple[str, int] = ("Calibri", 11)
    creator: str = KEEPER
    cells: dict[tuple[int, int], tuple[Any, dict[str, Any]]] = field(default_factory=dict)
    on_sheet: list[Callable[[Any], None]] = field(default_factory=list)
    on_book: list[Callable[[Any], None]] = field(default_factory=list)

    @property
    def data_rows(self) -> list[int]:
        """1-based rows of figures; in blocks every fifth row is a subtotal."""
        if self.totals != "blocks":
            return list(range(self.first_row, self.first_row + self.rows))
        rows = range(self.first_row, self.first_row + self.rows + self.rows // 4 + 1)
        return [row for row in rows if (row - self.first_row) % 5 != 4][: self.rows]

    def subtotals(self) -> Iterator[tuple[int, int, int]]:
        """Row of each total with the first and last row it covers."""
        rows = self.data_rows
        if self.totals == "below":
            yield rows[-1] + 2, rows[0], rows[-1]
        if self.totals == "above":
            yield rows[0] - 2, rows[0], rows[-1]
        if self.totals == "blocks":
            for start in range(0, len(rows), 4):
                block = rows[start : start + 4]
                yield block[-1] + 1, block[0], block[-1]


def plan(seed: int) -> Plan:
    """The honest workbook of a seed."""
    dice = random.Random(seed)  # noqa: S311 - repeatable, not secret
    return Plan(
        seed=seed,
        rows=dice.randrange(16, 60),
        first_row=dice.choice((4, 6, 9)),
        form=dice.randrange(len(FORMS)),
        number_format=dice.choice(FORMATS),
        totals=dice.choice(("none", "below", "above", "blocks")),
        has_history=dice.random() < 0.3,
        newest_first=dice.random() < 0.3,
        is_revised=dice.random() < 0.3,
        font=dice.choice((("Calibri", 11), ("Arial", 10), ("Verdana", 9))),
    )


def write(path: Path, wanted: Plan) -> Path:
    """Title, heading, figures with one formula column, and the totals of the plan."""
    dice = random.Random(wanted.seed + 1)  # noqa: S311 - as above
    name, size = wanted.font
    base = {"font_name": name, "font_size": size}
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"author": wanted.creator, "created": SAVED})
        sheet = book.add_worksheet("Figures")
        bold = book.add_format({**base, "bold": True, "font_size": size + 2})
        figure = book.add_format({**base, "num_format": wanted.number_format})
        count = book.add_format({**base, "num_format": "#,##0"})
        day = book.add_format({**base, "num_format": "yyyy-mm-dd"})
        sheet.write_string(0, 0, f"Figures {2025 + wanted.seed % 2}", bold)
        heading = wanted.first_row - 2 - (wanted.totals == "above")
        for column, title in enumerate(("Week", "Site", "Planned", "Done", "Result")):
            sheet.write_string(max(heading - 1, 1), column, title, bold)
        rows = wanted.data_rows
        written = {}
        for number, row in enumerate(rows):
            place = len(rows) - 1 - number if wanted.newest_first else number
            planned, done = dice.randrange(80, 200), dice.randrange(20, 80)
            is_late = place > 0.6 * len(rows)
            form = wanted.form + (wanted.is_revised and is_late)
            text, compute = FORMS[form % len(FORMS)]
            is_value = wanted.has_history and place < 3
            value = compute(planned, done)
            result = value if is_value else (text.format(row=row), value)
            written[row, 1] = (FIRST_DAY + timedelta(weeks=place), day)
            written[row, 2] = (dice.choice(("north", "south")), book.add_format(base))
            written[row, 3], written[row, 4] = (planned, count), (done, count)
            written[row, 5] = (result, figure)
        for row, first, last in wanted.subtotals():
            written[row, 2] = ("Total", bold)
            for column in (3, 4, 5):
                letter = " ABCDE"[column]
                function = "SUM" if column < 5 else dice.choice(("AVERAGE", "SUM", "SUBTOTAL"))
                inside = f"{letter}{first}:{letter}{last}"
                inside = f"1,{inside}" if function == "SUBTOTAL" else inside
                written[row, column] = ((f"={function}({inside})", 1.0), bold)
        for place, (value, look) in wanted.cells.items():
            kept = {**base, "num_format": wanted.number_format if place[1] == 5 else "#,##0"}
            written[place] = (value, book.add_format({**kept, **look}))
        for (row, column), (value, look) in sorted(written.items()):
            _put(sheet, row - 1, column - 1, value, look)
        for change in wanted.on_sheet:
            change(sheet)
        for change in wanted.on_book:
            change(book)
    return path


def _put(sheet: Any, row: int, column: int, value: Any, look: Any) -> None:
    if isinstance(value, tuple):
        sheet.write_formula(row, column, value[0], look, value[1])
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, look)
    elif isinstance(value, str):
        sheet.write_string(row, column, value, look)
    else:
        sheet.write_number(row, column, value, look)
