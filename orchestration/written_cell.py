"""What one cell says: a number or a day, in the marks and forms that most of its column have."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING

import numpy as np

from ingestion.mapping.value import number_of, plain
from sightline.errors import NothingCheckedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

SAMPLE = 400
MOSTLY = 0.8
# Significant digits of a number that was stored in 32 bits, and of what people write.
LONG, SHORT, NEARLY_ALL = 9, 6, 0.98
MARKS: tuple[tuple[str, str | None], ...] = (
    (".", None),
    (",", None),
    (".", ","),
    (",", "."),
    (".", "'"),
    (",", " "),
    (".", " "),
)
_PERIODS = (
    "%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%Y%m%d", "%d %b %Y",
    "%b %d, %Y", "%d-%b-%y", "%d-%b-%Y", "%Y-%m", "%m/%Y", "%b %Y", "%B %Y", "%b-%y", "%Y",
)  # fmt: skip
# A day and what stands behind it: 2025-03-10T06:30:00.5Z; 12/19/2018, 3:00:02 PM.
_TIMED = re.compile(
    r"(?P<day>.*\d)(?:T|,? )"
    r"(?P<time>(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?(?: ?[AP]M)?"
    r"(?: ?(?:Z|UTC|GMT|[-+]\d\d:?\d\d))?)",
    re.I,
)
# Forms that strptime does not know.
_NUMBERED = {
    "week": re.compile(r"(?P<year>\d{4})-?W(?P<week>\d{1,2})", re.I),
    "quarter": re.compile(r"(?P<year>\d{4})[- ]?Q(?P<quarter>[1-4])", re.I),
    "quarter first": re.compile(r"Q(?P<quarter>[1-4])[- ]?(?P<year>\d{4})", re.I),
}
_DAY_FIRST = {"%d/%m/%Y": "%m/%d/%Y"}
_MONTH_FIRST = {month_first: day_first for day_first, month_first in _DAY_FIRST.items()}
_CLOCK = re.compile(r"(\d+):(\d{2})(?::(\d{2}(?:[.,]\d+)?))?")
_UNITS = re.compile(r"^[€$£]\s*|\s*(?:%|€|\$|£|[a-zA-Zµ]{1,6}(?:/[a-zA-Z]+)?)$")


def number(text: str, marks: tuple[str, str | None]) -> float | None:
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
    exact = number_of(_UNITS.sub("", written), *marks)
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
    return any(number(cell, marks) is not None for marks in MARKS[:4])


def decimal_mark_of(cells: Sequence[str], marks: tuple[str, str | None]) -> str | None:
    """The decimal mark of a column, None where no number of it has a mark to tell by."""
    marked = (cell for cell in cells if re.search(r"[.,]\d", cell))
    return marks[0] if any(number(cell, marks) is not None for cell in marked) else None


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


def share_numeric(sample: Sequence[Sequence[str]], index: int) -> float:
    """Share of the filled cells of a column that are numbers."""
    filled = [row[index] for row in sample if row[index].strip()]
    return sum(looks_numeric(cell) for cell in filled) / len(filled) if filled else 0.0


def marks_of(cells: Sequence[str], name: str) -> tuple[str, str | None]:
    """Decimal and thousands mark by which most cells are numbers.

    Raises NothingCheckedError where no cell is one.
    """
    filled = [cell for cell in cells if cell.strip()][:2000]
    # 1,234 and 12,500 alone: thousands; one other number of decimals, and it is a decimal comma.
    groups = [re.fullmatch(r"-?\d{1,3}(,\d{3})+", plain(cell)) for cell in filled if "," in cell]
    order: tuple[tuple[str, str | None], ...] = MARKS
    if groups and all(groups) and not any("." in cell for cell in filled):
        order = (MARKS[2], *MARKS)
    scored = [
        (sum(number(cell, marks) is not None for cell in filled), -rank)
        for rank, marks in enumerate(order)
    ]
    best, rank = max(scored)
    if not best:
        raise NothingCheckedError(f"{name} holds no numbers; --value NAME takes another column")
    return order[-rank]


def period_form(cells: Sequence[str]) -> str | None:
    """The form that most of the cells are dates in, None where there is none.

    Where day and month can be exchanged, the reading that falls on fewer days of the month: months
    and quarters begin on the same one.
    """
    filled = _sample(cells)
    days = {form: _days(filled, form) for form in (*_PERIODS, *_NUMBERED)}
    form = max(days, key=lambda form: len(days[form]))
    if not filled or len(days[form]) < MOSTLY * len(filled):
        return None
    exchanged = _DAY_FIRST.get(form)
    if exchanged and len(days[form]) == len(days[exchanged]):
        return min(form, exchanged, key=lambda form: len({day.day for day in days[form]}))
    return form


def other_reading(cells: Sequence[str], form: str) -> str | None:
    """What to say of dates that could be read with day and month exchanged as well, if any."""
    filled = _sample(cells)
    exchanged = (_DAY_FIRST | _MONTH_FIRST).get(form)
    if exchanged is None or len(_days(filled, exchanged)) < len(_days(filled, form)):
        return None
    said = "day/month/year" if form in _DAY_FIRST else "month/day/year"
    return (
        f"day and month of the dates could be exchanged: {filled[0]} is read as "
        f"{day_of(filled[0], form)}, {said}; write dates as YYYY-MM-DD to say otherwise"
    )


def _sample(cells: Sequence[str]) -> list[str]:
    """Filled cells from all over the column: in a sorted one the first are all of one month."""
    filled = [plain(cell) for cell in cells if cell.strip()]
    return filled[:: len(filled) // SAMPLE + 1]


def _days(cells: Sequence[str], form: str) -> list[date]:
    return [day for cell in cells if (day := day_of(cell, form)) is not None]


def day_of(text: str, form: str) -> date | None:
    """The day written in this form, with or without a time of the day; None where it is none."""
    written, _ = _timed(text)
    if form in _NUMBERED:
        return _numbered_day(_NUMBERED[form].fullmatch(written))
    try:
        day = datetime.strptime(written, form).date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None
    return day if 1800 < day.year < 2200 else None


def time_of(text: str) -> str | None:
    """The time of the day behind a day, as it is written; None for a day alone."""
    return _timed(text)[1]


def _timed(text: str) -> tuple[str, str | None]:
    written = plain(text)
    found = _TIMED.fullmatch(written) if ":" in written else None
    return (found["day"], found["time"]) if found else (written, None)


def _numbered_day(found: re.Match[str] | None) -> date | None:
    """First day of a numbered week or quarter, None where there is no such one."""
    if found is None:
        return None
    numbers = {name: int(digits) for name, digits in found.groupdict().items()}
    try:
        if "week" in numbers:
            return date.fromisocalendar(numbers["year"], numbers["week"], 1)
        return date(numbers["year"], 3 * numbers["quarter"] - 2, 1)
    except ValueError:
        return None
