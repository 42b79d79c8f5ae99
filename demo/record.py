"""What is the life of one row of the ERP? Its birth, its later edits, and its removal.

What the ERP shows at a moment is `as_of(record, moment)`: nothing before its birth or after its
removal, else the row as last edited, with `write_date` NULL until the first edit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from demo.story import WORK_DAYS


@dataclass(frozen=True)
class Edit:
    """A later change of a row: when, by which user id, and the columns it sets."""

    at: datetime
    by: int
    values: dict[str, Any]


@dataclass(frozen=True)
class Record:
    """One row of one table from its birth to its removal; `values` includes its key."""

    table: str
    created: datetime
    values: dict[str, Any]
    edits: tuple[Edit, ...] = ()
    removed: datetime | None = None


def as_of(record: Record, moment: datetime) -> dict[str, Any] | None:
    """The row as it stands at a moment (naive UTC); None before its birth and once it is gone."""
    if record.created > moment or (record.removed is not None and record.removed <= moment):
        return None
    row = record.values | {"create_date": record.created, "write_date": None, "write_uid": None}
    for edit in record.edits:
        if edit.at <= moment:
            row |= edit.values | {"write_date": edit.at, "write_uid": edit.by}
    return row


def apportion(total: int, weights: Sequence[float]) -> list[int]:
    """Whole numbers in proportion to the weights whose sum is exactly the total.

    Largest-remainder method; ties go to the earlier member.
    """
    shares = [total * weight / sum(weights) for weight in weights]
    parts = [int(share) for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda n: (parts[n] - shares[n], n))
    for n in by_remainder[: total - sum(parts)]:
        parts[n] += 1
    return parts


def workdays_after(day: date, count: int) -> date:
    """The day that many working days later (earlier when negative); Sundays do not count."""
    step = timedelta(days=1 if count > 0 else -1)
    for _ in range(abs(count)):
        day += step
        if day.weekday() == WORK_DAYS:
            day += step
    return day
