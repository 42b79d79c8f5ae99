"""What a firm's folder says, read without the demo's code: a second opinion for its tests."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import openpyxl
import sqlalchemy as sa

from demo.story import Scenario

FirmCopy = Callable[[Scenario], Path]  # copies a scenario's firm into the test's own folder
Key = tuple[str, date]
PROGRAMME = date(2026, 6, 29)
THROTTLE = date(2026, 7, 20)
LAST_WEEK = date(2026, 10, 19)
PROGRAMME_WEEKS = [PROGRAMME + timedelta(weeks=n) for n in range(17)]


def monday(day: date | datetime | str) -> date:
    if isinstance(day, str):
        day = date.fromisoformat(day[:10])
    if isinstance(day, datetime):
        day = day.date()
    return day - timedelta(days=day.weekday())


@dataclass
class Weekly:
    """Sums for each (site, Monday)."""

    scheduled: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    lost: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    unplanned: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    recalibrating: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    parcels: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    touches: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    damaged: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    cents: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    promised: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    kept: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    recalibrated: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    recalibration_planned: dict[Key, int] = field(default_factory=lambda: defaultdict(int))

    def uptime(self, at: Key) -> float:
        return 100 * (1 - self.lost[at] / self.scheduled[at])

    def loss(self, at: Key) -> float:
        return 100 * self.lost[at] / self.scheduled[at]

    def throughput(self, at: Key) -> float:
        return self.parcels[at] * 60 / (self.scheduled[at] - self.lost[at])


def weekly(url: str) -> Weekly:
    """Read the ERP at a SQLAlchemy URL."""
    result = Weekly()
    engine = sa.create_engine(url)
    tables = sa.MetaData()
    with engine.connect() as connection:
        tables.reflect(connection)

        def rows(name: str) -> sa.CursorResult[tuple[object, ...]]:
            return connection.execute(tables.tables[name].select())

        for row in rows("sorter_day"):
            at = (row.site, monday(row.work_date))
            result.scheduled[at] += row.scheduled_minutes
            result.parcels[at] += row.parcels_sorted
            result.touches[at] += row.manual_touches
            result.damaged[at] += row.damaged_parcels
        for row in rows("downtime"):
            at = (row.site, monday(row.work_date))
            result.lost[at] += row.minutes
            result.unplanned[at] += 0 if row.planned else row.minutes
            result.recalibrating[at] += row.minutes if row.reason_code == "recalibration" else 0
        for row in rows("invoice"):
            result.cents[row.site, monday(row.invoice_date)] += row.amount_cents
        for row in rows("customer_order"):
            at = (row.site, monday(row.promised_on))
            on_time = row.delivered_on is not None and row.delivered_on <= row.promised_on
            result.promised[at] += 1
            result.kept[at] += on_time and row.in_full
        for row in rows("recalibration"):
            result.recalibration_planned[row.site, monday(row.planned_on)] += 1
            result.recalibrated[row.site, monday(row.planned_on)] += row.done_on is not None
    engine.dispose()
    return result


def sheet(path: Path, *, formulas: bool = False) -> list[tuple[object, ...]]:
    """The rows below the headings, with cached values or with formulas."""
    book = openpyxl.load_workbook(path, data_only=not formulas)
    rows = list(book.worksheets[0].iter_rows(min_row=2, values_only=True))
    book.close()
    return rows


def content(folder: Path, url: str | None = None) -> dict[str, str]:
    """Everything a firm's folder says, as text by name: tables, files, workbook cells."""
    says = {
        path.name: path.read_text(encoding="utf-8")
        for path in sorted(folder.iterdir())
        if path.suffix == ".json" or path.name == "clock"
    }
    for path in sorted((folder / "sheets").iterdir()):
        says[path.name] = repr((sheet(path), sheet(path, formulas=True)))
    engine = sa.create_engine(url or f"sqlite:///{folder / 'erp.db'}")
    tables = sa.MetaData()
    with engine.connect() as connection:
        tables.reflect(connection)
        for name, table in tables.tables.items():
            out = io.StringIO()
            (key,) = table.primary_key.columns
            csv.writer(out).writerows(connection.execute(table.select().order_by(key)).all())
            says[name] = out.getvalue()
    engine.dispose()
    return says
