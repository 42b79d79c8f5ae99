"""How is a measured fact said in a sentence? Exact inside, rounded only here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

_SPACE = "\u202f"  # narrow and unbreakable, between a number and its unit
_MINUS = "−"
_MOST_PLACES = 6


def quantity(kpi: dict[str, Any], value: Decimal) -> str:
    """97.35 % or 1,411 parcels/h, with the KPI's declared places."""
    return with_unit(number(value, kpi["decimals"]), kpi["unit_symbol"])


def quantity_beside(kpi: dict[str, Any], value: Decimal, limit: Decimal) -> str:
    """Like `quantity`, with as many places as it takes to look different from the limit.

    97.995 against 98 is below it; printed as 98.0 it would seem to hold.
    """
    places = kpi["decimals"]
    while value != limit and number(value, places) == number(limit, places):
        if places >= _MOST_PLACES:
            break
        places += 1
    return with_unit(number(value, places), kpi["unit_symbol"])


def limit(kpi: dict[str, Any], value: Decimal) -> str:
    """98 % or 96.5 %: a limit is written as it was set, without zeros behind it."""
    written = -int(value.normalize().as_tuple().exponent)
    return with_unit(number(value, max(written, 0)), kpi["unit_symbol"])


def hard_limit(kpi: dict[str, Any]) -> str:
    """What the limit is called at which a KPI fires at once."""
    return "hard floor" if kpi["direction"] == "higher_is_better" else "hard ceiling"


def difference(kpi: dict[str, Any], amount: Decimal) -> str:
    """−1.31 points, or −12 parcels/h: a difference of percentages is in points."""
    symbol = "points" if kpi["unit_symbol"] == "%" else kpi["unit_symbol"]
    return with_unit(signed(kpi, amount), symbol)


def signed(kpi: dict[str, Any], amount: Decimal) -> str:
    """−1.31 or +0.27: a difference without its unit."""
    text = number(amount, _places(kpi))
    return text if amount <= 0 else f"+{text}"


def rounded(kpi: dict[str, Any], amount: Decimal) -> Decimal:
    """A difference as it is written, for sums of what is written."""
    return amount.quantize(Decimal(1).scaleb(-_places(kpi)), ROUND_HALF_EVEN)


def _places(kpi: dict[str, Any]) -> int:
    return max(int(kpi["decimals"]), 1)


def ended(text: str) -> str:
    """The text as a sentence: a full stop where it has no ending of its own."""
    return text if text.endswith((".", "?", "!")) else f"{text}."


def percent(share: Decimal) -> str:
    """A share of one as whole percent; never rounded up to 100 %, nor down to 0 % but to <1 %."""
    whole = (share * 100).quantize(Decimal(1), ROUND_HALF_EVEN)
    if whole == 100 and share < 1:
        whole = Decimal(99)
    if whole == 0 and share > 0:
        return f"<1{_SPACE}%"
    return f"{number(whole, 0)}{_SPACE}%"


def number(value: Decimal, places: int) -> str:
    """1,411 or 97.35, with a typographic minus."""
    shown = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
    return f"{_MINUS}{abs(shown):,}" if shown < 0 else f"{abs(shown):,}"


def with_unit(text: str, symbol: str | None) -> str:
    """The number and its unit, kept on one line."""
    return f"{text}{_SPACE}{symbol}" if symbol else text


def listed(items: Sequence[str]) -> str:
    """a, b and c."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def counted(count: int, noun: str) -> str:
    """1 week, 2 weeks."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def period(kpi: dict[str, Any], first_day: date) -> str:
    """the week of 2026-07-06; a day is itself."""
    return str(first_day) if kpi["grain"] == "day" else f"the {kpi['grain']} of {first_day}"


def during(kpi: dict[str, Any], first_day: date) -> str:
    """in the week of 2026-07-06, or on 2026-07-06."""
    return f"{'on' if kpi['grain'] == 'day' else 'in'} {period(kpi, first_day)}"


def named(kpi: dict[str, Any], scope: str) -> str:
    """The KPI with its scope, where it has one."""
    return str(kpi["name"]) if scope == "all" else f"{kpi['name']} ({scope})"


def plain(member: str) -> str:
    """A member of a dimension as a word: reason_code → reason code."""
    return member.replace("_", " ")
