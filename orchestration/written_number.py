"""What one cell or option says as a number, in the marks that its column has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from ingestion.mapping.value import number_of, plain
from sightline.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    Marks = tuple[str, str | None]

# Significant digits of a number that was stored in 32 bits, and of what people write.
LONG, SHORT, NEARLY_ALL = 9, 6, 0.98
# What stands before decimals, and between thousands.
MARKS: tuple[Marks, ...] = (
    (".", None),
    (",", None),
    (".", ","),
    (",", "."),
    (".", "'"),
    (",", "'"),
    (",", " "),
    (".", " "),
)
_CLOCK = re.compile(r"(\d+):(\d{2})(?::(\d{2}(?:[.,]\d+)?))?")
_SIGN = r"[-+\N{MINUS SIGN}]?"
_UNIT = r" ?(?:%|€|\$|£|[a-zA-Zµ]{1,6}(?:/[a-zA-Z]+)?)?"
# A figure in its unit; one in parentheses is below 0.
_FIGURE = re.compile(
    rf"(?P<credit>[€$£]? ?\( ?)?(?P<sign>{_SIGN})(?:[€$£] ?)?"
    rf"(?P<digits>{_SIGN}[\d.,'\N{{RIGHT SINGLE QUOTATION MARK}} ]*\d){_UNIT}(?(credit) ?\){_UNIT})"
)


def figure_of(text: str) -> str | None:
    """The digits and marks with their sign, without unit and parentheses; None for no figure."""
    found = _FIGURE.fullmatch(plain(text))
    if found is None:
        return None
    return f"{'-' if found['credit'] else ''}{found['sign']}{found['digits']}"


def is_credit(text: str) -> bool:
    """Is it a figure in parentheses, as accounts write what is below 0?"""
    return "(" in text and figure_of(text) is not None


def number(text: str, marks: Marks) -> float | None:
    """A number with these marks, with its unit or as a clock time in seconds; None for neither."""
    written = plain(text)
    clock = _CLOCK.fullmatch(written)
    if clock:
        first, second, third = clock.groups()
        whole = int(first) * 60 + int(second)
        return float(whole) if third is None else 60.0 * whole + float(third.replace(",", "."))
    if marks == (".", None):
        try:
            parsed = float(written)
        except ValueError:
            pass
        else:
            return parsed if abs(parsed) < 1e300 else None
    figure = figure_of(written)
    exact = None if figure is None else number_of(figure, *marks)
    return None if exact is None else float(exact)


def decimals_before_32_bits(values: list[float]) -> list[float]:
    """What 19.29999924 was before a program stored it in 32 bits; `values` where none was.

    Nearly all numbers of many digits have to become short that way: others are as they are.
    """
    long = [value for value in values if 1e-30 < abs(value) < 1e30 and _digits(value) >= LONG]
    short = {value: float(str(np.float32(value))) for value in long}
    became = sum(_digits(value) <= SHORT for value in short.values())
    if not short or became < NEARLY_ALL * len(short):
        return values
    return [short.get(value, value) for value in values]


def _digits(value: float) -> int:
    return len(repr(value).partition("e")[0].replace(".", "").strip("-0"))


def looks_numeric(cell: str) -> bool:
    """Is it a number by any of the usual marks?"""
    return any(number(cell, marks) is not None for marks in MARKS)


def share_numeric(sample: Sequence[Sequence[str]], index: int) -> float:
    """Share of the filled cells of a column that are numbers."""
    filled = [row[index] for row in sample if row[index].strip()]
    return sum(looks_numeric(cell) for cell in filled) / len(filled) if filled else 0.0


def told(option: str, text: str, decimal_mark: str | None) -> float:
    """A number of the command line, read as the column writes its own.

    Raises UsageError for what is no number, and for one that can be two: 150,000 beside values
    that have no mark, 1.500 beside values with decimal commas.
    """
    readings = _readings(text)
    if not readings:
        raise UsageError(
            f"{option}: {text!r} is no number: write it as 98.5 or 150000, a time as 3:59:59"
        )
    if len(set(readings.values())) == 1:
        return next(iter(readings.values()))
    if "," not in text and decimal_mark != ",":
        return readings["."]
    if "," in text and decimal_mark is not None:
        return readings[decimal_mark]
    name, mark = ("comma", ",") if "," in text else ("point", ".")
    decimals = f"{readings[mark]:.15g}".replace(".", decimal_mark or ".")
    whole = readings["." if mark == "," else ","]
    because = "have none to tell by" if decimal_mark is None else "have decimal commas"
    raise UsageError(
        f"{option}: the {name} of {text!r} can stand before decimals or before thousands, and "
        f"the values {because}: write {whole:.15g} or {decimals}"
    )


def _readings(text: str) -> dict[str, float]:
    """What the text says by its decimal mark; behind a leading 0 no thousands stand."""
    leading = re.match(r"\D*0+([.,])", text)
    found: dict[str, float] = {}
    for marks in MARKS:
        value = number(text, marks)
        if value is not None and (leading is None or leading[1] == marks[0]):
            found.setdefault(marks[0], value)
    return found
