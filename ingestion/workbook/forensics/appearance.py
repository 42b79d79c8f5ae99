"""Do cells show what they hold? Numbers typed as text, formats that mask, fonts that differ.

A cell is odd that looks neither as its column does nor as its row: a line of another sort, or one
that another program added, differs from its column as a whole.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, TypeVar

from ingestion.workbook.forensics.grid import YEARS, Grid, Style, is_figure, is_text
from ingestion.workbook.reading import Cell, Oddity

if TYPE_CHECKING:
    from ingestion.workbook.forensics import Styles

T = TypeVar("T")

FEWEST = 4  # figures that make a column one of numbers
FEWEST_STYLED = 8
USUAL_SHARE = 0.8
_YEARS = frozenset(map(str, YEARS))
_NUMBER_TEXT = re.compile(r"[-+']?\s*\d[\d.,' \u00a0\u202f]*\s*%?")
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|_.|\*.')
_BRACKETS = re.compile(r"\[(?!h+\]|m+\]|s+\])[^\]]*\]", re.IGNORECASE)  # `[h]` are hours
_CONDITION = re.compile(r"\[[<>=]")
_DECIMALS = re.compile(r"\.([0#?]+)")


def examine(grid: Grid, styles: Styles) -> Iterator[Oddity]:
    """Oddities of the columns of figures; masks and fonts only where styles are known."""
    found: list[Oddity] = []
    for run in grid.runs():
        figures = [cell for cell in run if is_figure(cell)]
        texts = [cell for cell in run if is_text(cell)]
        if len(figures) >= max(FEWEST, USUAL_SHARE * len(run)):
            yield from _numbers_as_text(grid, texts)
        styled = [
            (cell, style)
            for cell in figures
            if cell.number is not None
            and (style := styles.get((grid.name, cell.row, cell.column))) is not None
        ]
        if styled:
            yield from _masks(grid, [pair for pair in styled if mask(pair[1].number_format)])
            found += [*_other_formats(grid, styled), *_fonts(grid, styled)]
    alike = Counter((odd.rule, odd.row) for odd in found)
    for odd in found:
        others = sum(is_figure(cell) for cell in grid.rows[odd.row or 0]) - alike[odd.rule, odd.row]
        if alike[odd.rule, odd.row] <= max(1, others):
            yield odd


def _numbers_as_text(grid: Grid, texts: Sequence[Cell]) -> Iterator[Oddity]:
    for cell in texts:
        text = cell.text.strip()
        is_name = text[:1] == "0" and text.isdigit() and len(text) > 1
        is_heading_row = text in _YEARS and all(map(is_text, grid.rows[cell.row]))
        if _NUMBER_TEXT.fullmatch(text) and not is_name and not is_heading_row:
            yield _odd(
                grid,
                cell,
                "number_as_text",
                f"the text {text!r}, which no sum counts",
                "a number, as in the rest of the column",
            )


def _masks(grid: Grid, masked: Sequence[tuple[Cell, Style]]) -> Iterator[Oddity]:
    for cell, style in masked:
        yield _masked(grid, cell, style, str(mask(style.number_format)), "")


def _other_formats(grid: Grid, styled: Sequence[tuple[Cell, Style]]) -> Iterator[Oddity]:
    usual = _usual([style.number_format for _, style in styled])
    for cell, style in styled:
        code = style.number_format
        if usual is None or code == usual or mask(code):
            continue
        reason = _rounds_more(cell, code, usual) or _scales(code, usual)
        if reason:
            yield _masked(grid, cell, style, reason, f", such as {usual}")


def _masked(grid: Grid, cell: Cell, style: Style, reason: str, example: str) -> Oddity:
    return _odd(
        grid,
        cell,
        "number_format_mask",
        f"{cell.text} behind the number format {style.number_format}, which {reason}",
        f"a format that shows the figure{example}",
    )


def mask(code: str) -> str | None:
    """Why a number format hides the number it is to show; None when it does not."""
    if code in ("", "General") or "@" in code:
        return None
    sections = code.split(";")
    for place, section in enumerate(sections):
        literals = "".join(a + b for a, b in _LITERAL.findall(section))
        is_zero = place == 2 and literals.strip() == "0"
        if any(letter.isdigit() for letter in literals) and not is_zero:
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
    is_percent = "%" in code
    if cell.number is None or "General" in (code, usual) or not re.search(r"[0#?]", code):
        return None
    if is_percent != ("%" in usual):
        return None  # of another unit
    own, others = _decimals(code), _decimals(usual)
    exact = Decimal(cell.number) * (100 if is_percent else 1)
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
    """Figures in another font than the column's; one that changed for good is the column's too."""
    fonts = [style.font for _, style in styled]
    usual = _usual(fonts)
    if usual is None:
        yield from _two_hands(grid, styled)
        return
    first, last = (_stretch(fonts), len(fonts) - _stretch(fonts[::-1]))
    for place, (cell, style) in enumerate(styled):
        is_era = (FEWEST <= first > place) or (len(fonts) - last >= FEWEST and place >= last)
        if style.font != usual and not is_era:
            yield _odd(
                grid,
                cell,
                "mixed_font",
                f"{cell.text} in {_font(style.font)}",
                f"{_font(usual)}, as in the rest of the column",
            )


def _two_hands(grid: Grid, styled: Sequence[tuple[Cell, Style]]) -> Iterator[Oddity]:
    """Two fonts all through a column, in short stretches of many lengths: rows from two sources.

    Where all stretches are as long, the fonts are a pattern that somebody designed.
    """
    fonts = [style.font for _, style in styled]
    counts = Counter(fonts).most_common(2)
    if len(counts) < 2 or len(fonts) < 2 * FEWEST_STYLED:
        return
    (usual, times), (rarer, rare) = counts
    stretches = [(font, len(list(same))) for font, same in groupby(fonts)]
    lengths = [length for font, length in stretches if font == rarer]
    is_short = rare <= FEWEST * len(lengths)
    if times + rare >= USUAL_SHARE * len(fonts) and is_short and len(set(lengths)) > 1:
        yield _odd(
            grid,
            next(cell for cell, style in styled if style.font == rarer),
            "mixed_font",
            f"{rare} figures in {_font(rarer)} and {times} in {_font(usual)}, row by row",
            "one font down the column, or another from some row on",
        )


def _stretch(looks: Sequence[T]) -> int:
    """How many at the start are alike."""
    return next((at for at, look in enumerate(looks) if look != looks[0]), len(looks))


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
