"""What one cell says as a day, in the form that most of its column has."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from ingestion.mapping.value import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

SAMPLE = 400
MOSTLY = 0.8
_PERIODS = (
    "%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%Y%m%d", "%d %b %Y",
    "%b %d, %Y", "%d-%b-%y", "%d-%b-%Y", "%Y-%m", "%m/%Y", "%b %Y", "%B %Y", "%b-%y", "%Y",
)  # fmt: skip
# Of 06/01/25 each part can be each: the column has to tell by the order of its rows.
_TWO_DIGITS = (
    "%d/%m/%y", "%m/%d/%y", "%y/%m/%d", "%d.%m.%y", "%d-%m-%y", "%m-%d-%y", "%y-%m-%d",
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
    "week": re.compile(r"(?P<year>\d{4})[- /]?(?:W|KW|CW) ?(?P<week>\d{1,2})", re.I),
    "week first": re.compile(r"(?:W|KW|CW|week) ?(?P<week>\d{1,2})[-/. ] ?(?P<year>\d{4})", re.I),
    "quarter": re.compile(r"(?P<year>\d{4})[- ]?Q(?P<quarter>[1-4])", re.I),
    "quarter first": re.compile(r"Q(?P<quarter>[1-4])[- ]?(?P<year>\d{4})", re.I),
}
# Days as spreadsheets count them, and those of 1980 to 2100.
SERIAL = "serial"
_SERIAL_ZERO, _SERIALS = date(1899, 12, 30), range(29_221, 73_051)
_DAY_FIRST = {"%d/%m/%Y": "%m/%d/%Y"}
_MONTH_FIRST = {month_first: day_first for day_first, month_first in _DAY_FIRST.items()}
_DATE_LIKE = re.compile(
    r"(?:[a-z]{1,9}\.? ?)?\d{1,4}[./ -]\d{1,4}(?:[./ -]\d{1,4})?|\d{1,4}[- ][a-z]{3,9}[- ]\d{1,4}",
    re.I,
)
WRITE = "write days as 2025-01-06, weeks as 2025-W02, months as 2025-01"


def period_form(cells: Sequence[str]) -> str | None:
    """The form that most of the cells are dates in, None where there is none.

    Where day and month can be exchanged, the reading that falls on fewer days of the month: months
    and quarters begin on the same one.
    """
    filled = _sample(cells)
    days = {form: _days(filled, form) for form in (*_PERIODS, *_NUMBERED)}
    form = max(days, key=lambda form: len(days[form]))
    if not filled:
        return None
    if len(days[form]) < MOSTLY * len(filled):
        in_order = _in_order(filled)
        return in_order[0] if len(in_order) == 1 else None
    exchanged = _DAY_FIRST.get(form)
    if exchanged and len(days[form]) == len(days[exchanged]):
        return min(form, exchanged, key=lambda form: len({day.day for day in days[form]}))
    return form


def _in_order(filled: Sequence[str]) -> list[str]:
    """Forms with years of two digits that most cells are in; those whose days only rise or fall.

    All that fit where none does, or where one is left anyway.
    """
    days = {form: _days(filled, form) for form in _TWO_DIGITS}
    most = max(map(len, days.values()))
    fit = [form for form in _TWO_DIGITS if len(days[form]) == most >= MOSTLY * len(filled)]
    rising = [form for form in fit if _is_monotone(days[form])]
    return rising or fit


def _is_monotone(days: Sequence[date]) -> bool:
    steps = {(later > earlier) - (later < earlier) for earlier, later in pairwise(days)}
    return steps <= {0, 1} or steps <= {0, -1}


def is_serial(cells: Sequence[str]) -> bool:
    """Are all cells days as a spreadsheet counts them, each later, or each earlier, than the last?

    Whole numbers are told from days by nothing else: ask only of a column that is called so.
    """
    written = [plain(cell) for cell in cells if cell.strip()]
    days = [day for text in written if (day := day_of(text, SERIAL)) is not None]
    if len(days) < max(len(written), 2):
        return False
    return len(set(days)) == len(days) and _is_monotone(days)


def looks_like_periods(cells: Sequence[str]) -> bool:
    """Could most cells be dates in some form that is not known?"""
    filled = _sample(cells)
    alike = sum(_DATE_LIKE.fullmatch(cell) is not None for cell in filled)
    return alike > 0 and alike >= MOSTLY * len(filled)


def why_unread(name: str, cells: Sequence[str]) -> str:
    """What to say of a column of periods that could not be read, with the way out."""
    filled = _sample(cells) or [""]
    several = _in_order(filled)
    if len(several) > 1:
        for cell in filled:
            one, other = (day_of(cell, form) for form in several[:2])
            if one and other and one != other:
                return (
                    f"{name}: {cell!r} can be {one} or {other}: read without order in time; write "
                    "days as 2025-01-06"
                )
    return f"{name} ({filled[0]!r}) holds no dates that are known: read without order; {WRITE}"


def other_reading(cells: Sequence[str], form: str) -> str | None:
    """What to say of dates that could be read otherwise as well, if any."""
    filled = _sample(cells)
    days = [(cell, day) for cell in filled if (day := day_of(cell, form)) is not None]
    # A day of a month of the same number would not say which of them comes first.
    shown, read = next(((cell, day) for cell, day in days if day.day != day.month), days[0])
    if form == SERIAL or form in _TWO_DIGITS:
        how = ", a day as spreadsheets count them" if form == SERIAL else ""
        return f"{shown} is read as {read}{how}; write dates as YYYY-MM-DD to say otherwise"
    exchanged = (_DAY_FIRST | _MONTH_FIRST).get(form)
    if exchanged is None or len(_days(filled, exchanged)) < len(_days(filled, form)):
        return None
    said = "day/month/year" if form in _DAY_FIRST else "month/day/year"
    return (
        f"day and month of the dates could be exchanged: {shown} is read as {read}, {said}; write "
        "dates as YYYY-MM-DD to say otherwise"
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
    if form == SERIAL:
        digits = written.removesuffix(".0")
        counted = int(digits) if digits.isdecimal() and len(digits) == 5 else 0
        return _SERIAL_ZERO + timedelta(days=counted) if counted in _SERIALS else None
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
