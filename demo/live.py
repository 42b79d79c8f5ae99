"""Let the firm live on: the next days, and an outage that is booked late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import sqlalchemy as sa

from demo import erp, workbooks
from demo.firm import read_clock, read_firm, write_files
from demo.story import SITES, SORTERS, WEEK_MINUTES, last_closed_monday

BOOKED_BY_HAND = 9_000_000  # keys above are bookings made here; the simulated weeks stay below
DIP_UPTIME = 96.0  # half a point under the floor of 96.5


@dataclass(frozen=True)
class Dip:
    """What `dip` booked. `committed_at` is wall-clock time (aware UTC), for measuring latency."""

    downtime_id: int
    site: str
    sorter_id: str
    period_start: str  # Monday of the week, ISO date
    minutes: int
    uptime: float  # of the site in that week, in per cent, after the booking
    committed_at: datetime


def advance(folder: Path, days: int = 1, *, erp_url: str | None = None) -> datetime:
    """Add the next simulated days to all sources and move the clock; returns it (aware UTC).

    New rows are inserted, deliveries and corrections are edits that set `write_date`. Give
    `erp_url` when the firm was built with one. A firm built at the new moment would be equal,
    but for what was booked by hand.

    Raises ValueError when days is not positive.
    """
    if days < 1:
        raise ValueError(f"days must be at least 1, not {days}")
    firm, since = read_firm(folder), read_clock(folder)
    until = since + timedelta(days=days)
    engine = erp.engine_for(folder, erp_url)
    try:
        with engine.begin() as connection:
            erp.carry_on(connection, firm, since, until)
            write_files(folder, firm, until, connection)
    finally:
        engine.dispose()
    return until.replace(tzinfo=UTC)


def dip(
    folder: Path,
    site: str = "south",
    *,
    reason_code: str = "changeover",
    planned: bool = True,
    erp_url: str | None = None,
) -> Dip:
    """Book an outage of the last closed week late, with `create_date` at the clock.

    It is long enough to leave the site's uptime of that week at 96 %, under its floor. The site's
    hand-kept log follows the ERP, so the number stays beyond doubt: it is only bad.

    Raises ValueError for an unknown site, or when that week is already under 96 %.
    """
    if site not in SITES:
        raise ValueError(f"site {site!r} is none of {', '.join(SITES)}")
    firm, clock = read_firm(folder), read_clock(folder)
    monday = last_closed_monday(clock)
    sorter_id = SORTERS[site][0]
    thursday = monday + timedelta(days=3)
    engine = erp.engine_for(folder, erp_url)
    try:
        with engine.begin() as connection:
            before = erp.weekly_uptime(connection)[site, monday]
            minutes = round((before - DIP_UPTIME) / 100 * WEEK_MINUTES)
            if minutes <= 0:
                raise ValueError(f"{site} is already at {before:.2f} % in the week of {monday}")
            downtime_id = _next_key(connection)
            row = {
                "downtime_id": downtime_id,
                "sorter_id": sorter_id,
                "site": site,
                "work_date": thursday,
                "started_at": datetime.combine(thursday, time(8)),
                "minutes": minutes,
                "reason_code": reason_code,
                "planned": planned,
                "create_date": clock,
                "write_date": None,
                "write_uid": None,
            }
            connection.execute(erp.downtime.insert(), row)
            uptime = erp.weekly_uptime(connection)
            # before the commit, so that no reader meets a bad ERP beside a good log
            workbooks.write_uptime_log(folder / "sheets", firm, clock, uptime)
        committed_at = datetime.now(UTC)
    finally:
        engine.dispose()
    return Dip(
        downtime_id=downtime_id,
        site=site,
        sorter_id=sorter_id,
        period_start=monday.isoformat(),
        minutes=minutes,
        uptime=uptime[site, monday],
        committed_at=committed_at,
    )


def _next_key(connection: sa.Connection) -> int:
    key = erp.downtime.c.downtime_id
    last = connection.scalar(sa.select(sa.func.max(key)).where(key > BOOKED_BY_HAND))
    return (BOOKED_BY_HAND if last is None else int(last)) + 1
