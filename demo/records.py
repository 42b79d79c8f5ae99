"""Which rows does a week leave in the ERP? Each with its birth and its later edits."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from demo.hindsight import in_hindsight
from demo.record import Edit, Record, apportion, workdays_after
from demo.story import (
    FIRST_MONDAY,
    SHIFT_MINUTES,
    SITES,
    SORTERS,
    WORK_DAYS,
    Firm,
    WeekPlan,
    week_plan,
)

ORDERS_A_DAY = (54, 66)  # fewest and most
SHIFT_START = time(2)  # UTC; the shift ends at 22:00, so a shift never crosses midnight
INVOICES = (  # category, share of the week's cost, weekdays invoiced
    ("labour", 0.55, (2, 5)),
    ("energy", 0.12, (5,)),
    ("transport", 0.25, (2, 5)),
    ("maintenance", 0.08, (4,)),
)
OUTAGES = ("jam", "jam", "jam", "jam", "belt", "belt", "sensor", "sensor", "power")
CHANGEOVERS = 3  # a week, planned; they take 22 % of the base minutes
DISPATCH, MAINTENANCE, SHIFT_LEAD = 3, 5, 11  # write_uid of whoever edits the row


def sorters() -> Iterator[Record]:
    """The four sorters, installed long before the story begins."""
    for site in SITES:
        for number, sorter_id in enumerate(SORTERS[site]):
            installed = date(2021 + number, 3, 1)
            yield Record(
                "sorter",
                datetime.combine(installed, time(8)),
                {"sorter_id": sorter_id, "site": site, "installed_on": installed},
            )


def site_week(firm: Firm, site: str, monday: date) -> Iterator[Record]:
    """Every ERP record of one site's week; orders belong to the week they are promised in."""
    plan = week_plan(firm, site, monday)
    keys = _Keys(site, monday)

    def dice(about: str) -> random.Random:
        return firm.dice(about, site, monday)

    outages = [
        *_base_outages(plan, dice("outages"), keys),
        *_recalibrations(plan, dice("recalibrations"), keys),
    ]
    days = _sorter_days(plan, dice("sorter days"), keys, outages)
    orders = _orders(plan, dice("orders"), keys)
    yield from in_hindsight(firm, plan, [*outages, *days, *orders, *_invoices(plan, keys)])


class _Keys:
    """Row keys that depend on site and week only: no counter, so nothing is counted twice."""

    def __init__(self, site: str, monday: date) -> None:
        week = (monday - FIRST_MONDAY).days // 7 + 1
        self._base = (week * len(SITES) + SITES.index(site)) * 1000
        self._used: dict[str, int] = {}

    def next(self, table: str) -> int:
        self._used[table] = self._used.get(table, 0) + 1
        return self._base + self._used[table]


def _moment(day: date, minute_of_shift: int) -> datetime:
    return datetime.combine(day, SHIFT_START) + timedelta(minutes=minute_of_shift)


def _recalibrations(plan: WeekPlan, dice: random.Random, keys: _Keys) -> Iterator[Record]:
    """Planned on Monday morning, done on the planned day; what is done is also an outage."""
    lengths = iter(
        apportion(
            plan.recalibration_minutes,
            [dice.uniform(0.9, 1.1) for _ in range(plan.recalibrations_done)],
        )
        if plan.recalibrations_done
        else []
    )
    for number in range(plan.recalibrations_planned):
        sorter_id = SORTERS[plan.site][number % 2]
        planned_on = plan.monday + timedelta(days=number % 5)
        posted = datetime.combine(plan.monday, time(7))
        values = {
            "recalibration_id": keys.next("recalibration"),
            "sorter_id": sorter_id,
            "site": plan.site,
            "planned_on": planned_on,
            "done_on": None,
            "minutes": 30,
        }
        minutes = next(lengths, None)
        if minutes is None:
            yield Record("recalibration", posted, values)
            continue
        started = _moment(planned_on, dice.randrange(8 * 60, 16 * 60))
        ended = started + timedelta(minutes=minutes)
        done = Edit(ended, MAINTENANCE, {"done_on": planned_on, "minutes": minutes})
        yield Record("recalibration", posted, values, (done,))
        yield _outage(keys, plan.site, sorter_id, started, minutes=minutes, reason="recalibration")


def _base_outages(plan: WeekPlan, dice: random.Random, keys: _Keys) -> Iterator[Record]:
    """What stops a sorter in any week; now and then a shift lead corrects a booking later."""
    changeover_minutes = round(plan.base_minutes * 0.22)
    reasons = ["changeover"] * CHANGEOVERS + list(OUTAGES)
    lengths = apportion(
        changeover_minutes, [dice.uniform(0.7, 1.3) for _ in range(CHANGEOVERS)]
    ) + apportion(plan.base_minutes - changeover_minutes, [dice.uniform(0.5, 1.5) for _ in OUTAGES])
    corrected = dice.randrange(3 * len(reasons))  # one week in three has a correction
    for number, (reason, minutes) in enumerate(zip(reasons, lengths, strict=True)):
        day = plan.monday + timedelta(days=dice.randrange(WORK_DAYS))
        started = _moment(day, dice.randrange(SHIFT_MINUTES - minutes))
        sorter_id = dice.choice(SORTERS[plan.site])
        first_booked = minutes - 3 if number == corrected and minutes > 5 else minutes
        yield _outage(
            keys, plan.site, sorter_id, started, minutes=minutes, reason=reason,
            first_booked=first_booked,
        )  # fmt: skip


def _outage(
    keys: _Keys,
    site: str,
    sorter_id: str,
    started: datetime,
    *,
    minutes: int,
    reason: str,
    first_booked: int | None = None,
) -> Record:
    booked = started + timedelta(minutes=minutes)
    edits: tuple[Edit, ...] = ()
    if first_booked is not None and first_booked != minutes:
        corrected_at = datetime.combine(workdays_after(started.date(), 1), time(9))
        edits = (Edit(corrected_at, SHIFT_LEAD, {"minutes": minutes}),)
    return Record(
        "downtime",
        booked,
        {
            "downtime_id": keys.next("downtime"),
            "sorter_id": sorter_id,
            "site": site,
            "work_date": started.date(),
            "started_at": started,
            "minutes": minutes if first_booked is None else first_booked,
            "reason_code": reason,
            "planned": reason in ("recalibration", "changeover"),
        },
        edits,
    )


def _sorter_days(
    plan: WeekPlan, dice: random.Random, keys: _Keys, outages: list[Record]
) -> Iterator[Record]:
    """One row a sorter and working day, posted when the shift ends; sums are the plan's."""
    lost: dict[tuple[str, date], int] = {}
    for record in outages:
        if record.table == "downtime":
            final = record.values | (record.edits[-1].values if record.edits else {})
            at = (final["sorter_id"], final["work_date"])
            lost[at] = lost.get(at, 0) + final["minutes"]
    days = [
        (sorter_id, plan.monday + timedelta(days=number))
        for number in range(WORK_DAYS)
        for sorter_id in SORTERS[plan.site]
    ]
    running = [(SHIFT_MINUTES - lost.get(at, 0)) * dice.uniform(0.97, 1.03) for at in days]
    parcels = apportion(plan.parcels, running)
    touches = apportion(plan.manual_touches, [p * dice.uniform(0.98, 1.02) for p in parcels])
    damaged = apportion(plan.damaged_parcels, [p * dice.uniform(0.8, 1.2) for p in parcels])
    for number, (sorter_id, day) in enumerate(days):
        yield Record(
            "sorter_day",
            datetime.combine(day, time(22, 30)),
            {
                "sorter_day_id": keys.next("sorter_day"),
                "sorter_id": sorter_id,
                "site": plan.site,
                "work_date": day,
                "scheduled_minutes": SHIFT_MINUTES,
                "parcels_sorted": parcels[number],
                "manual_touches": touches[number],
                "damaged_parcels": damaged[number],
            },
        )


def _orders(plan: WeekPlan, dice: random.Random, keys: _Keys) -> Iterator[Record]:
    """Orders promised in the week, placed two working days before; delivery is an edit."""
    promised = [
        day
        for day in (plan.monday + timedelta(days=number) for number in range(WORK_DAYS))
        if workdays_after(day, -2) >= FIRST_MONDAY
        for _ in range(dice.randint(*ORDERS_A_DAY))
    ]
    failures = round(len(promised) * (1 - plan.on_time_in_full))
    failed = set(dice.sample(range(len(promised)), failures))
    late = set(sorted(failed)[::2])
    for number, promised_on in enumerate(promised):
        ordered_at = _moment(workdays_after(promised_on, -2), dice.randrange(18 * 60))
        days_late = dice.randint(1, 3) if number in late else 0
        delivered_on = workdays_after(promised_on, days_late)
        delivery = {"delivered_on": delivered_on, "in_full": number not in failed - late}
        yield Record(
            "customer_order",
            ordered_at,
            {
                "order_id": keys.next("customer_order"),
                "site": plan.site,
                "ordered_at": ordered_at,
                "promised_on": promised_on,
                "delivered_on": None,
                "in_full": False,
                "parcels": dice.randint(520, 1120),
            },
            (Edit(_moment(delivered_on, dice.randrange(6 * 60, 18 * 60)), DISPATCH, delivery),),
        )


def _invoices(plan: WeekPlan, keys: _Keys) -> Iterator[Record]:
    """The week's cost by category, booked on the day of the invoice."""
    parts = [
        (category, day, share / len(days)) for category, share, days in INVOICES for day in days
    ]
    amounts = apportion(plan.cost_cents, [share for _, _, share in parts])
    for (category, weekday, _), amount in zip(parts, amounts, strict=True):
        invoice_date = plan.monday + timedelta(days=weekday)
        yield Record(
            "invoice",
            datetime.combine(invoice_date, time(18)),
            {
                "invoice_id": keys.next("invoice"),
                "site": plan.site,
                "invoice_date": invoice_date,
                "category": category,
                "amount_cents": amount,
            },
        )
