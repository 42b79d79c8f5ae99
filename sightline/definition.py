"""What every definition is made of: ids, exact numbers, calendar days, closed models."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

# What decimal(38, 9) in the warehouse holds exactly; dlt loses anything past nine places.
DECIMAL_PLACES = 9
LARGEST_NUMBER = Decimal(10) ** 20

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_INSTANT = re.compile(rf"{_DAY.pattern}T\d{{2}}:\d{{2}}(Z|[+-]\d{{2}}:\d{{2}})")


class Definition(BaseModel):
    """Base of all definition models: immutable, and a key nobody knows is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_name=True)


def refusal(rule: str, what: str, way_out: str) -> PydanticCustomError:
    """An error whose type names the rule and which carries its own way out."""
    return PydanticCustomError(rule, "{what}", {"what": what, "way_out": way_out})


def _exact_number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise refusal("bad_number", "is not a number", "write it plain, like 96.5")
    number = Decimal(value)
    if not number.is_finite() or abs(number) >= LARGEST_NUMBER:
        raise refusal("bad_number", "is not below 10^20", "use a larger unit")
    exponent = number.normalize().as_tuple().exponent
    if isinstance(exponent, int) and exponent < -DECIMAL_PLACES:
        raise refusal(
            "bad_number",
            f"has more than {DECIMAL_PLACES} decimal places",
            "use a smaller unit; the warehouse keeps nine places exactly",
        )
    return Decimal(f"{number.normalize():f}")  # 0.40 and 0.4 are one number with one hash


def _positive(value: Decimal) -> Decimal:
    if value <= 0:
        raise refusal("not_positive", "is not above 0", "write a number above 0, or remove it")
    return value


def _not_negative(value: Decimal) -> Decimal:
    if value < 0:
        raise refusal("negative", "is below 0", "write 0 or more")
    return value


def _share(value: Decimal) -> Decimal:
    if not 0 < value <= 1:
        raise refusal("bad_share", "is not a share above 0 and up to 1", "write 30 % as 0.30")
    return value


def _day(value: Any) -> date:
    if isinstance(value, date):
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise refusal("bad_day", "is not a calendar day", "write it like 2026-06-29")


def _instant(value: Any) -> datetime:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        try:
            return datetime.fromisoformat(value).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise refusal("bad_instant", "is not a minute in time", "write it like 2026-08-10T06:00+02:00")


Number = Annotated[Decimal, BeforeValidator(_exact_number), WithJsonSchema({"type": "number"})]
PositiveNumber = Annotated[
    Number,
    AfterValidator(_positive),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0}),
]
NotNegativeNumber = Annotated[
    Number, AfterValidator(_not_negative), WithJsonSchema({"type": "number", "minimum": 0})
]
Share = Annotated[
    Number,
    AfterValidator(_share),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": 1}),
]
Count = Annotated[int, Field(strict=True, ge=1, le=1000)]
CountFromZero = Annotated[int, Field(strict=True, ge=0, le=1000)]
Day = Annotated[
    date, BeforeValidator(_day), WithJsonSchema({"type": "string", "pattern": f"^{_DAY.pattern}$"})
]
# With its offset, so that it is the same instant wherever it is read; kept in UTC.
Instant = Annotated[
    datetime,
    BeforeValidator(_instant),
    WithJsonSchema({"type": "string", "pattern": f"^{_INSTANT.pattern}$"}),
]
# An id becomes a file name, a table key and part of a page's address: nothing to escape in it.
Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
# A code as a source system writes it; lists of them are landed with a comma between.
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=64)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]
Mailbox = Annotated[
    str,
    StringConstraints(
        pattern=r"^[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$", max_length=200
    ),
]
