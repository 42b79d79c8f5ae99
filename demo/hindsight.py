"""What was changed in the ERP after its week was published? Two untruths among honest corrections.

All on one afternoon, between `demo.definitions.KNOWN_BEFORE` and the clock. From then on the ERP
shows what the plan says; until then some weeks showed otherwise:

- North booked more manual touches in six scattered weeks, and missed the target in each. They were
  edited until the target was met. Thirteen other weeks of each site, and thirteen of damage, were
  corrected honestly, by a trifle either way.
- South had two late orders more in each of seven weeks, which were deleted. North deleted as many
  orders that had been entered twice, all of them delivered on time and in full.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time

from demo.record import Edit, Record, workdays_after
from demo.story import FIRST_MONDAY, PROGRAMME_START, SITES, Firm, WeekPlan

CHANGED_AT = datetime.combine(date(2026, 10, 22), time(14, 30))  # naive UTC
BACK_OFFICE = 17  # write_uid of whoever edited
TOUCHED_UP, SWEPT_CLEAN = SITES
TOUCHES_TARGET = 3.2
EVERY = 6  # weeks; those that were edited never follow one another
TOUCHED_FROM = date(2025, 11, 10)
SWEPT_FROM, SWEPT_UNTIL = date(2026, 8, 17), date(2026, 9, 28)
REMOVED_A_WEEK = 2
BESIDE = 500  # keys of removed orders lie so far beside those that stay


def in_hindsight(firm: Firm, plan: WeekPlan, records: Sequence[Record]) -> Iterator[Record]:
    """The records of a site's week, with what was first booked and with what was deleted."""
    booked = {"manual_touches": first_touches(firm, plan)}
    booked["damaged_parcels"] = first_damaged(firm, plan)
    off = {name: number - getattr(plan, name) for name, number in booked.items()}
    off = {name: difference for name, difference in off.items() if difference}
    edited = next(record for record in records if record.table == "sorter_day") if off else None
    for record in records:
        yield _corrected(record, off) if record is edited else record
    yield from removed_orders(plan, records)


def first_touches(firm: Firm, plan: WeekPlan) -> int:
    """Manual touches of the week as first booked."""
    dice = firm.dice("first touches", plan.site, plan.monday)
    if is_touched_up(plan):
        return round(plan.parcels * (TOUCHES_TARGET + dice.uniform(0.015, 0.06)))
    if _number(plan.monday) % EVERY == 1:
        return plan.manual_touches + dice.choice((-1, 1)) * round(plan.parcels * 0.004)
    return plan.manual_touches


def first_damaged(firm: Firm, plan: WeekPlan) -> int:
    """Damaged parcels of the week as first booked."""
    dice = firm.dice("first damaged", plan.site, plan.monday)
    corrected = _number(plan.monday) % EVERY == 2
    return plan.damaged_parcels + (dice.choice((-1, 1)) * dice.randint(2, 6) if corrected else 0)


def is_touched_up(plan: WeekPlan) -> bool:
    """Whether the week came to meet its target by edits."""
    return (
        plan.site == TOUCHED_UP
        and TOUCHED_FROM <= plan.monday < PROGRAMME_START
        and _number(plan.monday) % EVERY == 4
    )


def removed_orders(plan: WeekPlan, records: Sequence[Record]) -> Iterator[Record]:
    """Orders of the week that were deleted: copies of others, in one site made late."""
    if not SWEPT_FROM <= plan.monday <= SWEPT_UNTIL:
        return
    punctual = [
        record for record in records if record.table == "customer_order" and _is_kept(record)
    ]
    for record in punctual[:REMOVED_A_WEEK]:
        key = record.values["order_id"] + BESIDE
        edits = record.edits
        if plan.site == SWEPT_CLEAN:
            delivered = workdays_after(record.values["promised_on"], 2)
            late = {"delivered_on": delivered, "in_full": True}
            edits = (Edit(datetime.combine(delivered, time(14)), edits[0].by, late),)
        yield replace(
            record, values=record.values | {"order_id": key}, edits=edits, removed=CHANGED_AT
        )


def _corrected(day: Record, off: Mapping[str, int]) -> Record:
    """The row as it is, after it was first booked so far off."""
    now = {name: day.values[name] for name in off}
    before = {name: now[name] + off[name] for name in off}
    edits = (Edit(CHANGED_AT, BACK_OFFICE, now),)
    return replace(day, values=day.values | before, edits=edits)


def _is_kept(order: Record) -> bool:
    (delivery,) = order.edits
    on_time: bool = delivery.values["delivered_on"] <= order.values["promised_on"]
    return on_time and bool(delivery.values["in_full"])


def _number(monday: date) -> int:
    return (monday - FIRST_MONDAY).days // 7
