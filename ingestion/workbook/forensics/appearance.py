"""Do cells show what they hold? Numbers typed as text, formats that mask, fonts that differ."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from ingestion.workbook.forensics.grid import Grid, Style, is_figure, is_text
from ingestion.workbook.reading import Cell, Oddity

if TYPE_CHECKING:
    from ingestion.workbook.forensics import Styles

T = TypeVar("T")

FEWEST = 4  # figures that make a column one of numbers
FEWEST_STYLED = 8
USUAL_SHARE = 0.8
_NUMBER_TEXT = re.compile(r"[-+']?\s*\d[\d.,' \u00a0\u202f]*\s*%?")
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|_.|\*.')
_BRACKETS = re.compile(r"\[[^\]]*\]")
_CONDITION = re.compile(r"\[[<>=]")
_DECIMALS = re.compile(r"\.([0#?]+)")


def examine(grid: Grid, styles: Styles) -> Iterator[Oddity]:
    """Oddities of the columns of figures; masks and fonts only where styles are known."""
    for run in grid.runs():
        figures = [cell for cell in run if is_figure(cell)]
        texts = [cell for cell in run if is_text(cell)]
        if len(figures) >= max(FEWEST, USUAL_SHARE * len(run)):
            yield from _numbers_as_text(grid, texts)
        styled = [
            (cell, style)
            for cell in figures
            if (style := styles.get((grid.name, cell.row, cell.column))) is not None
        ]
        if styled:
            yield from _masks(grid, styled)
            yield from _fonts(grid, styled)


def _numbers_as_text(grid: Grid, texts: Sequence[Cell]) -> Iterator[Oddity]:
    for cell in texts:
        if _NUMBER_TEXT.fullmatch(cell.text.strip()):
            yield _odd(
                grid,
                cell,
                "number_as_text",
                f"the text {cell.text.strip()!r}, which no sum counts",
                "a number, as in the rest of the column",
            )


def _masks(grid: Grid, styled: Sequence[tuple[Cell, Style]]) -> Iterator[Oddity]:
    usual = _usual([style.number_format for _, style in styled])
    for cell, style in styled:
        code = style.number_format
        reason = mask(code) or (usual and (_rounds_more(cell, code, usual) or _scales(code, usual)))
        if reason:
            yield _odd(
                grid,
                cell,
                "number_format_mask",
                f"{cell.text} behind the number format {code}, which {reason}",
                f"a format that shows the figure{f', such as {usual}' if usual else ''}",
            )


def mask(code: str) -> str | None:
    """Why a number format hides the number it is to show; None when it does not."""
    if code == "General" or "@" in code:
        return None
    sections = code.split(";")
    for section in sections:
        literals = "".join(a + b for a, b in _LITERAL.findall(section))
        if any(letter.isdigit() for letter in literals):
            return "writes digits of its own"
    bare = [_BRACKETS.sub("", _LITERAL.sub("", section)) for section in sections]
    for place, section in enumerate(bare[:2]):
        # Only zero, the third section, is often shown as a dash.
        shows = re.search(r"[0#?]|General|[dmyhs]", section, re.IGNORECASE)
        if not shows and (place == 0 or _LITERAL.search(sections[place]) or not section):
            return "shows nothing of the number"
    is_conditional = any(_CONDITION.search(section) for section in sections)
    if len(bare) > 1 and not is_conditional:
        negative = sections[1]
        if not re.search(r"[-(\[]", negative) and re.search(r"[0#?]", bare[1]):
            return "leaves out the minus sign"
    return None


def _rounds_more(cell: Cell, code: str, usual: str) -> str | None:
    """Whether fewer decimals than the column's make another number of it."""
    if cell.number is None or "General" in (code, usual) or not re.search(r"[0#?]", code):
        return None
    own, others = _decimals(code), _decimals(usual)
    exact = Decimal(cell.number) * (100 if "%" in code else 1)
    if own < others and round(exact, own) != round(exact, others):
        return f"rounds to {own} decimals where the column has {others}"
    return None


def _scales(code: str, usual: str) -> str | None:
    """Whether it is shown in thousands or millions where its column is not."""
    own, others = _unit(code), _unit(usual)
    return None if own == others else f"shows {own} where the column shows {others}"


def _unit(code: str) -> str:
    """Each comma right behind the last digit divides by 1,000."""
    bare = _BRACKETS.sub("", _LITERAL.sub("", code.split(";")[0]))
    behind = bare[max(bare.rfind(digit) for digit in "0#?") + 1 :]
    commas = len(behind) - len(behind.lstrip(","))
    return ("ones", "thousands", "millions")[min(commas, 2)]


def _decimals(code: str) -> int:
    found = _DECIMALS.search(_BRACKETS.sub("", _LITERAL.sub("", code.split(";")[0])))
    return len(found[1]) if found else 0


def _fonts(grid: Grid, styled: Sequence[tuple[Cell, Style]]) -> Iterator[Oddity]:
    usual = _usual([style.font for _, style in styled])
    for cell, style in styled:
        if usual is not None and style.font != usual:
            yield _odd(
                grid,
                cell,
                "mixed_font",
                f"{cell.text} in {_font(style.font)}",
                f"{_font(usual)}, as in the rest of the column",
            )


def _usual(looks: Sequence[T]) -> T | None:
    """What at least four in five of eight or more have; None where there is no such thing."""
    (most, times), *_ = Counter(looks).most_common(1)
    return most if times >= USUAL_SHARE * len(looks) and len(looks) >= FEWEST_STYLED else None


def _font(font: tuple[str, float]) -> str:
    name, size = font
    return f"{name} {size:g}"


def _odd(grid: Grid, cell: Cell, rule: str, observed: str, expected: str) -> Oddity:
    return Oddity(
        rule=rule,
        sheet=grid.name,
        row=cell.row,
        cell=cell.address,
        column_name=grid.heading(cell),
        observed=observed,
        expected=expected,
    )
