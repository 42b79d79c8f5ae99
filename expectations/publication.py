"""When was a period published? Its end where the KPI's calendar hangs, and the grace after it."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sightline.calendar import period_after

if TYPE_CHECKING:
    from datetime import date

    from expectations.guard import Row


def published_at(period_start: date, row: Row) -> datetime:
    """The moment, in naive UTC, from which a period's number stands; `row` has the KPI's terms."""
    ended = period_after(period_start, row["grain"])
    published = ended + timedelta(days=row["grace_days"])
    midnight = datetime.combine(published, time(), tzinfo=ZoneInfo(row["time_zone"]))
    return midnight.astimezone(UTC).replace(tzinfo=None)
