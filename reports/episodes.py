"""Which KPI is in breach, what does it endanger, and what was decided about it beforehand?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports import alert_rows, marts, wording

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from decimal import Decimal

    from sightline.marts import Marts, Row

VERDICTS = {
    "no_verdict": "No verdict",
    "guardrail_wins": "The guardrail wins",
    "slow_down": "Slow down",
    "goal_wins_spend_budget": "The goal wins, spend the budget",
    "goal_wins_proceed": "The goal wins, proceed",
}
# Which of several goals an episode is told under: the one whose number or limit it is.
_ROLES = ("measure", "guardrail", "constraint", "leading")


@dataclass(frozen=True, slots=True)
class Order:
    """What the approved policy says to do now."""

    policy: str
    verdict: str
    sentence: str
    rule: str
    approved_on: date
    approved_by: str


@dataclass(frozen=True, slots=True)
class Stake:
    """A key result that hangs on the KPI."""

    objective_id: str
    objective_name: str
    key_result_name: str
    role: str
    progress: Decimal | None
    expected: Decimal | None


@dataclass(frozen=True, slots=True)
class Episode:
    """One open episode with its surroundings; `case_id` is the id of the episode.

    `acting` is the mailbox of who acts for the owner now: the deputy, once the holder has left.
    """

    case_id: str
    kpi_id: str
    scope: str
    rule: str
    name: str
    headline: str
    since: date
    grain: str
    target: Decimal | None
    owner: str
    owner_role: str
    source: str
    value: Decimal | None
    badness: Decimal | None
    known_at: datetime | None
    acting: str | None
    integrity_verdict: str | None
    grade: str
    order: Order | None
    stakes: tuple[Stake, ...]

    @property
    def objective_id(self) -> str | None:
        """The objective it is told under; None for a KPI that only runs the business."""
        return self.stakes[0].objective_id if self.stakes else None


def open_episodes(connection: Marts) -> list[Episode]:
    """Every open episode, the oldest first."""
    rows = alert_rows.open_episodes(connection)
    if not rows:
        return []
    glance = marts.one_glance(connection)
    roles = marts.roles(connection)
    orders = {
        (row["guardrail_kpi_id"], row["guardrail_scope"]): row
        for row in alert_rows.policy_verdicts(connection)
    }
    return [_episode(row, glance, orders.get((row["kpi_id"], row["scope"])), roles) for row in rows]


def headline(row: Row, starving: str | None = None) -> str:
    """One sentence with numbers: 'Sorter uptime, north is at 97.35 %, below its target of 98 %'."""
    name = wording.scoped(row["name"], row["scope"])
    if row["rule"] == "silent_sacrifice":
        return f"{name} stays green while {starving or 'the goal it guards'} starves"
    if row["rule"] == "no_data":
        return f"{name} has no value since {wording.day(row['opened_period'])}"
    if row["rule"] == "budget_burn_fast":
        used = wording.percent(row["last_value"] / 100)
        return f"{name} took {used} of its conflict budget in a single {row['grain']}"
    symbol, decimals = row["unit_symbol"], row["decimals"] or 0
    if row["rule"] == "relapse":
        now = wording.quantity(marts.finite(row["last_value"]), symbol, decimals)
        return f"{name} is back at {now}: half of what a closed key result had reached is lost"
    higher = row["direction"] == "higher_is_better"
    value, target, floor = (marts.finite(row[name]) for name in ("last_value", "target", "floor"))
    now = wording.quantity(value, symbol, decimals)
    periods = wording.counted(row["periods"] or 0, row["grain"])
    if row["state"] == "recovering":
        return f"{name} is back at {now}, {periods} into its breach, and has to hold it"
    beyond_floor = (
        value is not None and floor is not None and (value < floor if higher else value > floor)
    )
    side = "below" if higher else "above"
    hard = "hard floor" if higher else "hard ceiling"
    kind, limit = (hard, floor) if beyond_floor else ("target", target)
    if value is not None and limit is not None:
        now = wording.quantity_beside(value, limit, symbol, decimals)
    return (
        f"{name} is at {now}, {side} its {kind} of {wording.quantity(limit, symbol, decimals)}, "
        f"in breach for {periods}"
    )


def linked(glance: Sequence[Row], kpi_id: str, scope: str | None) -> list[Row]:
    """The lines of the board a KPI stands on: in a scope, itself or in the whole; or in any."""
    return [
        line
        for line in glance
        if line["kpi_id"] == kpi_id and (scope is None or line["scope"] in {scope, "all"})
    ]


def badness(row: Row) -> Decimal | None:
    """How far the value is beyond its target, in ways from target to floor: 1 at the floor.

    Without a floor the way is a twentieth of the target; None where there is no number, or where
    the breach is not one of level.
    """
    value, target, floor = (marts.finite(row[name]) for name in ("last_value", "target", "floor"))
    if value is None or target is None or row["rule"] != "level":
        return None
    way = abs(target - floor) if floor is not None else abs(target) / 20
    beyond = target - value if row["direction"] == "higher_is_better" else value - target
    return beyond / way if way else None


def _episode(row: Row, glance: list[Row], order: Row | None, roles: dict[str, Row]) -> Episode:
    stakes = linked(glance, row["kpi_id"], row["scope"])
    stakes.sort(key=lambda line: (line["scope"] != row["scope"], _ROLES.index(line["role"])))
    starving = next(
        (
            wording.plain(line["key_result_name"])
            for line in glance
            if order and line["key_result_id"] == order["key_result_id"]
        ),
        None,
    )
    return Episode(
        case_id=row["episode_id"],
        kpi_id=row["kpi_id"],
        scope=row["scope"],
        rule=row["rule"],
        name=wording.scoped(row["name"], row["scope"]),
        headline=headline(row, starving),
        since=row["opened_period"],
        grain=row["grain"],
        target=marts.finite(row["target"]),
        owner_role=row["owner"] or "",
        source=row["system_of_record"] or "",
        value=marts.finite(row["last_value"]),
        badness=badness(row),
        known_at=row["as_of"],
        owner=_role_name(row["owner"], roles),
        acting=roles[row["owner"]]["acting"] if row["owner"] in roles else None,
        integrity_verdict=row["integrity_verdict"],
        grade=row["integrity_grade"] or "U",
        order=_order(order, roles) if order else None,
        stakes=tuple(_stake(line) for line in stakes),
    )


def _role_name(role: str | None, roles: dict[str, Row]) -> str:
    known = roles.get(role or "")
    return wording.plain(known["name"] if known else role or "no owner")


def _order(row: Row, roles: dict[str, Row]) -> Order:
    approvers = [part.strip() for part in str(row["approved_by"]).split(",")]
    return Order(
        policy=wording.plain(row["name"]),
        verdict=VERDICTS.get(row["verdict"], wording.plain(row["verdict"])),
        sentence=wording.plain(row["instruction"]),
        rule=wording.plain(row["rule"]).replace("_", " "),
        approved_on=row["approved_on"],
        approved_by=wording.listed([_role_name(a, roles) for a in approvers]),
    )


def _stake(line: Row) -> Stake:
    return Stake(
        objective_id=line["objective_id"],
        objective_name=wording.plain(line["objective_name"]),
        key_result_name=wording.plain(line["key_result_name"]),
        role=line["role"],
        progress=line["key_result_progress"],
        expected=line["key_result_expected_progress"],
    )
