"""When was a period published? Its end where the KPI's calendar hangs, and the grace after it."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from datetime import date

    from expectations.guard import Row


def published_at(period_start: date, row: Row) -> datetime:
    """The moment, in naive UTC, from which a week's number stands; `row` has the KPI's terms."""
    days: int = 7 + row["grace_days"]
    zone = ZoneInfo(row["time_zone"])
    midnight = datetime.combine(period_start + timedelta(days=days), time(), tzinfo=zone)
    return midnight.astimezone(UTC).replace(tzinfo=None)
