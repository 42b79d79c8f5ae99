"""What a guard has to know of a KPI's definition: its promise, its clock and its guards."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo

from sightline.calendar import last_closed, period_before
from sightline.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from decimal import Decimal


class Definitions(Protocol):
    """The part of the catalog that guards read: its hash and its flat rows by table."""

    @property
    def content_hash(self) -> str: ...

    def rows(self) -> Mapping[str, Sequence[Mapping[str, Any]]]: ...


@dataclass(frozen=True, slots=True)
class Promise:
    """Target and hard floor in force from a day on; the floor may be absent."""

    valid_from: date
    target: Decimal
    floor: Decimal | None


@dataclass(frozen=True, slots=True)
class GuardedKpi:
    """One KPI; `promises` is ordered by day, `guards` maps a guard's name to its parameters."""

    kpi_id: str
    name: str
    direction: str
    provenance: str
    grain: str
    time_zone: str
    grace_days: int
    promises: tuple[Promise, ...]
    guards: Mapping[str, Mapping[str, Any]]
    weeks_from: int | None = None  # the month of a fiscal year of whole weeks

    def closed_until(self, as_of: datetime) -> date:
        """First day of the last period that is over at `as_of` in the KPI's own time zone."""
        today = as_of.astimezone(ZoneInfo(self.time_zone)).date()
        return last_closed(today, self.grain, weeks_from=self.weeks_from)

    def period_before(self, first_day: date) -> date:
        """First day of the period before."""
        return period_before(first_day, self.grain, weeks_from=self.weeks_from)

    def promise_at(self, day: date) -> Promise | None:
        """The promise in force on a day; None before the first."""
        in_force = [promise for promise in self.promises if promise.valid_from <= day]
        return in_force[-1] if in_force else None


def guarded_kpis(catalog: Definitions) -> dict[str, GuardedKpi]:
    """Every KPI of the catalog by id, guarded or not, sorted by id."""
    rows = catalog.rows()
    promises: dict[str, list[Promise]] = {}
    for row in rows.get("kpi_target", ()):
        promise = Promise(row["valid_from"], row["target"], row["floor"])
        promises.setdefault(row["kpi_id"], []).append(promise)
    guards: dict[str, dict[str, Mapping[str, Any]]] = {}
    for row in rows.get("kpi_guard", ()):
        parameters = json.loads(row["parameters"] or "{}")
        guards.setdefault(row["kpi_id"], {})[row["guard"]] = parameters
    weeks_from = {
        row["calendar_id"]: row["fiscal_starts_in"]
        for row in rows.get("calendar", ())
        if row["fiscal_periods"] == "4-4-5"
    }
    kpis = [
        GuardedKpi(
            kpi_id=row["kpi_id"],
            name=row["name"],
            direction=row["direction"],
            provenance=row["provenance"],
            grain=row["grain"],
            time_zone=row["time_zone"],
            grace_days=row["grace_days"],
            promises=tuple(sorted(promises.get(row["kpi_id"], ()), key=lambda p: p.valid_from)),
            guards=guards.get(row["kpi_id"], {}),
            weeks_from=weeks_from.get(row.get("calendar_id")),
        )
        for row in rows["kpi"]
    ]
    return {kpi.kpi_id: kpi for kpi in sorted(kpis, key=lambda kpi: kpi.kpi_id)}


def require_aware(as_of: datetime) -> None:
    """Raise UsageError for a naive instant: it would be read in this machine's own zone."""
    if as_of.tzinfo is None:
        raise UsageError("as_of needs a time zone: pass an aware datetime in UTC")
