"""How is a number, a date or a name written for a person? English, same everywhere."""

from __future__ import annotations

import math
import unicodedata
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal

MINUS = "−"
_MOST = 6  # decimals
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp"})
_KEPT = frozenset("\u200c\u200d")  # zero-width joiners that scripts of real names need


def visible(text: object) -> str:
    """Text without control and direction characters: a name cannot move a cursor or add a header.

    Terminal escapes, line breaks and right-to-left overrides (Unicode categories Cc, Cf, Zl, Zp)
    become blanks; letters of every script stay.
    """
    return "".join(
        " " if unicodedata.category(c) in _UNSEEN and c not in _KEPT else c for c in str(text)
    )


def plain(text: object) -> str:
    """A name for one line: visible characters, words one blank apart."""
    return " ".join(visible(text).split())


def number(value: Decimal | float | None, decimals: int = 0) -> str:
    """1,411 or 97.35; an en dash for nothing; a typographic minus. Rounded only to be shown."""
    if value is None:
        return "–"
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    if not exact.is_finite():
        return "–"
    step = Decimal(1).scaleb(-max(decimals, 0))
    rounded = exact.quantize(step, ROUND_HALF_EVEN)
    return f"{abs(rounded):,}" if rounded >= 0 or rounded == 0 else f"{MINUS}{abs(rounded):,}"


def signed(value: Decimal, decimals: int = 0) -> str:
    """+0.27 or −1.31: a change always says its direction."""
    text = number(value, decimals)
    return f"+{text}" if value > 0 and text.strip("0.") else text


def quantity(value: Decimal | float | None, symbol: str | None, decimals: int = 0) -> str:
    """A number with its unit behind a narrow no-break space: 97.35 %, 1,411 parcels/h."""
    text = number(value, decimals)
    return text if value is None or not symbol else f"{text}\u202f{plain(symbol)}"


def quantity_beside(value: Decimal, limit: Decimal, symbol: str | None, decimals: int) -> str:
    """Like `quantity`, with as many decimals as it takes to look different from the limit.

    97.996 against 98 is below it; printed as 98.00 it would seem to hold.
    """
    while (
        value != limit and number(value, decimals) == number(limit, decimals) and decimals < _MOST
    ):
        decimals += 1
    return quantity(value, symbol, decimals)


def of_the_way(progress: Decimal | None) -> str:
    """63 % of the way; where nobody knows, that."""
    return "how far is not known" if progress is None else f"{percent(progress)} of the way"


def percent(share: Decimal | float | None) -> str:
    """A share as whole percent, 0.383 → 38 %; never rounded up to 100 % nor down to 0 %."""
    if share is None:
        return "–"
    exact = share if isinstance(share, Decimal) else Decimal(str(share))
    whole = (exact * 100).quantize(Decimal(1), ROUND_HALF_EVEN)
    if whole == 100 and exact < 1:
        whole = Decimal(99)
    if whole == 0 and exact > 0:
        return "<1\u202f%"
    return f"{MINUS if whole < 0 else ''}{abs(whole)}\u202f%"


def p_value(chance: Decimal | float) -> str:
    """= 0.002000, or < 0.000001: chance alone is never said to be impossible."""
    return "< 0.000001" if Decimal(str(chance)) < Decimal("0.000001") else f"= {number(chance, 6)}"


def day(moment: date | None, *, year: bool = False) -> str:
    """Fri 23 Oct, or Fri 23 Oct 2026. Month and day names are English whatever the locale."""
    if moment is None:
        return "–"
    weekday = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[moment.weekday()]
    return f"{weekday} {moment.day} {_MONTHS[moment.month - 1]}" + (f" {moment.year}" * year)


def period(grain: str, first_day: date, *, year: bool = False) -> str:
    """the week of Mon 6 Jul; a day is itself."""
    named = day(first_day, year=year)
    return named if grain == "day" else f"the {grain} of {named}"


def during(grain: str, first_day: date, *, year: bool = False) -> str:
    """in the week of Mon 6 Jul, or on Mon 6 Jul."""
    return f"{'on' if grain == 'day' else 'in'} {period(grain, first_day, year=year)}"


def day_of_year(moment: date) -> str:
    """29 Jun 2026."""
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def instant(moment: datetime | None) -> str:
    """2026-10-26 06:00 UTC; warehouse timestamps are naive UTC already."""
    return "–" if moment is None else f"{moment:%Y-%m-%d %H:%M} UTC"


def age(then: datetime | None, now: datetime | None) -> str:
    """How long before the as-of a source was last seen: 'just now', '2 h ago', '9 d ago'."""
    if then is None or now is None:
        return "never seen"
    hours = int((now - then).total_seconds() // 3600)
    if hours < 1:
        return "just now"
    return f"{hours} h ago" if hours < 48 else f"{hours // 24} d ago"


def lasting(seconds: Decimal) -> str:
    """A stretch of time in one unit, rounded up: '12 s', '4 min', '6 h', '3 d'."""
    for size, unit, below in ((1, "s", 120), (60, "min", 120), (3600, "h", 48)):
        count = math.ceil(seconds / size)
        if count < below:
            return f"{count}\u202f{unit}"
    return f"{math.ceil(seconds / 86400)}\u202fd"


def counted(count: int, singular: str, plural: str | None = None) -> str:
    """'1 objective', '3 objectives'."""
    return f"{count} {singular if count == 1 else plural or singular + 's'}"


def rejected(count: int, source: str, table: str) -> str:
    """'3 rows of erp.downtime were rejected'."""
    were = counted(count, "row", "rows")
    return f"{were} of {plain(source)}.{plain(table)} {'was' if count == 1 else 'were'} rejected"


def restated(periods: int, moved: int) -> list[str]:
    """'3 restated', 'target moved under 11': of the periods that a small line shows."""
    said = [f"{periods} restated"] if periods else []
    return [*said, f"target moved under {moved}"] if moved else said


def listed(names: list[str]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def scoped(name: str, scope: str) -> str:
    """A KPI's name with its instance: 'Sorter uptime, north'; 'all' needs no word."""
    return plain(name) if scope == "all" else f"{plain(name)}, {plain(scope)}"


def limit(direction: str, value: Decimal | None, symbol: str | None, decimals: int) -> str:
    """A target with its sense: ≥ 98.0 % where more is better, ≤ 0.40 % where less is."""
    if value is None:
        return "none"
    sign = "≥" if direction == "higher_is_better" else "≤"
    return f"{sign}\u202f{quantity(value, symbol, decimals)}"
