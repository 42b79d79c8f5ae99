"""What do the published marts know about one episode? Its definitions, goals, and what changed.

An `Evidence` is what an audit question gets: it reads, caches, and decides nothing.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import takewhile

from sightline.audit_case import Decomposition
from sightline.casebook.deadlines import IsOff, is_weekend
from sightline.errors import UsageError
from sightline.investigation.arithmetic import Change, Reading, change_since
from sightline.investigation.decomposition import concentration, decompose
from sightline.investigation.measurements import SHOWN_PERIODS, Measurements
from sightline.investigation.surroundings import Surroundings
from sightline.marts import Marts, Row, ask

__all__ = ["SHOWN_PERIODS", "Evidence", "Marts", "Row"]

# Dimensions that say where a change happened; every other dimension says why, and comes first.
PLACES = frozenset({"site", "sorter"})

# A policy calls effort starved in the fourth short period.
STARVED_AFTER = 4


class Evidence(Measurements, Surroundings):
    """The published facts around one episode, as they were known at `as_of`."""

    def __init__(self, marts: Marts, case_id: str, as_of: datetime) -> None:
        self._marts = marts
        self.as_of = as_of
        episodes = ask(
            self._marts, "select * from marts.fct_kpi_episode where episode_id = ?", case_id
        )
        if not episodes:
            raise UsageError(f"there is no episode {case_id!r} in the published marts")
        self.episode = episodes[0]
        self.case_id = case_id
        self.kpi_id: str = self.episode["kpi_id"]
        self.scope: str = self.episode["scope"]
        self.opened: date = self.episode["opened_period"]

    # Definitions

    @cached_property
    def kpis(self) -> dict[str, Row]:
        """Every KPI's definition by id."""
        return {row["kpi_id"]: row for row in ask(self._marts, "select * from marts.dim_kpi")}

    @property
    def kpi(self) -> Row:
        """The definition of the audited KPI."""
        return self.kpis[self.kpi_id]

    @cached_property
    def is_off(self) -> IsOff:
        """On which days nobody is asked: those off in the KPI's calendar; without one, weekends."""
        if self.kpi["calendar_id"] is None:
            return is_weekend
        query = "select day from marts.dim_day_off where calendar_id = ?"
        rows = ask(self._marts, query, self.kpi["calendar_id"])
        return frozenset(row["day"] for row in rows).__contains__

    @cached_property
    def roles(self) -> dict[str, Row]:
        """Every role by id: name, department, person."""
        return {row["role_id"]: row for row in ask(self._marts, "select * from marts.dim_role")}

    @cached_property
    def departments(self) -> dict[str, str]:
        """Department id to its name."""
        rows = ask(self._marts, "select department_id, name from marts.dim_department")
        return {row["department_id"]: row["name"] for row in rows}

    @cached_property
    def asks(self) -> tuple[str, ...]:
        """Departments on the dependency path of the KPI, besides its owner's."""
        query = "select department from marts.bridge_kpi_ask where kpi_id = ? order by department"
        return tuple(row["department"] for row in ask(self._marts, query, self.kpi_id))

    @cached_property
    def drivers(self) -> tuple[str, ...]:
        """KPIs that are declared to move this one, its factors among them."""
        query = """
            select driver_kpi_id from marts.bridge_kpi_driver where kpi_id = ?
            order by driver_kpi_id
        """
        return tuple(row["driver_kpi_id"] for row in ask(self._marts, query, self.kpi_id))

    @cached_property
    def factors(self) -> tuple[str, ...]:
        """KPIs that this one is declared to be a product of."""
        query = """
            select driver_kpi_id from marts.bridge_kpi_driver where kpi_id = ? and is_factor
            order by driver_kpi_id
        """
        return tuple(row["driver_kpi_id"] for row in ask(self._marts, query, self.kpi_id))

    @cached_property
    def incentives(self) -> list[Row]:
        """Departments whose bonus hangs on the KPI, largest share first."""
        query = """
            select department, share_of_bonus from marts.bridge_kpi_incentive where kpi_id = ?
            order by share_of_bonus desc, department
        """
        return ask(self._marts, query, self.kpi_id)

    @cached_property
    def targets(self) -> list[Row]:
        """Every target the KPI had, with who approved it, oldest first."""
        query = "select * from marts.dim_kpi_target where kpi_id = ? order by valid_from"
        return ask(self._marts, query, self.kpi_id)

    @cached_property
    def rule_description(self) -> str:
        """When the rule that opened the episode does so, without the full stop."""
        query = "select description from marts.dim_episode_rule where rule = ?"
        (row,) = ask(self._marts, query, self.episode["rule"])
        return str(row["description"]).removesuffix(".")

    # Goals

    @cached_property
    def goals(self) -> list[Row]:
        """One row per key result tied to the KPI in this scope, with its latest progress."""
        query = """
            select link.role, objective.objective_id, objective.name as objective_name,
                objective.owner as objective_owner, objective.period_to,
                key_result.key_result_id, key_result.name as key_result_name, key_result.kind,
                key_result.owner as key_result_owner, progress.value, progress.baseline,
                progress.target, progress.progress, progress.expected_progress, progress.status
            from marts.bridge_key_result_kpi as link
            inner join marts.dim_key_result as key_result
                on key_result.key_result_id = link.key_result_id
            inner join marts.dim_objective as objective
                on objective.objective_id = key_result.objective_id
            left join marts.fct_key_result_progress as progress
                on progress.key_result_id = link.key_result_id and progress.is_latest
            where link.kpi_id = ? and (link.scope = ? or link.scope = 'all' or ? = 'all')
            order by objective.objective_id, key_result.key_result_id, link.role
        """
        return ask(self._marts, query, self.kpi_id, self.scope, self.scope)

    @cached_property
    def glance(self) -> list[Row]:
        """Every linked KPI of the objectives that the audited KPI touches."""
        query = """
            select * from marts.rpt_one_glance
            order by objective_position, objective_id, key_result_position, key_result_id,
                link_position, kpi_id, scope
        """
        touched = {goal["objective_id"] for goal in self.goals}
        return [row for row in ask(self._marts, query) if row["objective_id"] in touched]

    @cached_property
    def policy(self) -> Row | None:
        """The latest state and verdict of the policy that guards this KPI and scope."""
        query = """
            select policy.policy_id, policy.name, policy.key_result_id, policy.effort_kpi_id,
                policy.effort_scope, policy.window_periods, policy.valid_from, policy.dispute_route,
                verdict.rule, verdict.verdict, verdict.instruction, verdict.approved_on,
                verdict.approved_by, state.budget_used_share, state.effort_share, state.effort
            from marts.fct_policy_verdict as verdict
            inner join marts.fct_policy_state as state
                on state.policy_id = verdict.policy_id
                and state.period_start = verdict.period_start
            inner join marts.dim_policy as policy on policy.policy_id = verdict.policy_id
            where verdict.is_latest and policy.guardrail_kpi_id = ? and policy.guardrail_scope = ?
            order by verdict.policy_id
        """
        rows = ask(self._marts, query, self.kpi_id, self.scope)
        return rows[0] if rows else None

    # Measurements

    @cached_property
    def onset(self) -> date:
        """The first of the unbroken bad periods that led to the episode.

        A rule fires after several bad periods; those belong to the episode, not to its baseline.
        For a silent sacrifice it is the effort that was bad, from the first short period on.
        """
        if self.episode["rule"] == "silent_sacrifice" and self.policy is not None:
            query = """
                select period_start, effort = 'starved' as is_bad from marts.fct_policy_state
                where policy_id = ? and period_start <= ?
                order by period_start desc
            """
            starved = self._first_bad(query, self.policy["policy_id"], self.opened)
            query = """
                select period_start, true as is_bad from marts.fct_kpi_evaluation
                where kpi_id = ? and scope = ? and is_closed and period_start <= ?
                order by period_start desc limit ?
            """
            return self._first_bad(query, self.kpi_id, self.scope, starved, STARVED_AFTER)
        query = """
            select period_start, is_beyond_target as is_bad from marts.fct_kpi_evaluation
            where kpi_id = ? and scope = ? and is_closed and period_start <= ?
            order by period_start desc
        """
        return self._first_bad(query, self.kpi_id, self.scope, self.opened)

    def _first_bad(self, query: str, *parameters: object) -> date:
        bad = takewhile(lambda row: row["is_bad"], ask(self._marts, query, *parameters))
        return min((row["period_start"] for row in bad), default=self.opened)

    @cached_property
    def before(self) -> list[Reading]:
        """The audited KPI before the onset, up to half a year of periods: what it does anyway."""
        readings = self.readings(self.kpi_id, self.scope)
        usable = (each for each in readings if each.denominator != 0)
        return [each for each in usable if each.period_start < self.onset][-SHOWN_PERIODS:]

    def change(self, kpi_id: str, scope: str) -> Change | None:
        """The KPI before the episode against its latest closed period."""
        return change_since(self.readings(kpi_id, scope), self.onset)

    @cached_property
    def factor_changes(self) -> dict[str, Change]:
        """Each factor over the periods in which the audited KPI is compared."""
        change = self.change(self.kpi_id, self.scope)
        if change is None:
            return {}
        readings = {kpi_id: self.readings(kpi_id, self.scope) for kpi_id in self.factors}
        return {kpi_id: change.beside(known) for kpi_id, known in readings.items()}

    @cached_property
    def decompositions(self) -> tuple[Decomposition, ...]:
        """The audited KPI's change by every dimension: why before where, telling ones first."""
        change = self.change(self.kpi_id, self.scope)
        if change is None:
            return ()
        split = [
            decompose(change, name, parts, self.bases.get(name))
            for name, parts in self.contributions.items()
        ]
        known = [decomposition for decomposition in split if decomposition is not None]
        return tuple(sorted(known, key=_telling))

    # Provenance

    @cached_property
    def freshness(self) -> Row | None:
        """When the KPI's system of record was last heard."""
        query = "select * from marts.fct_source_freshness where source = ?"
        rows = ask(self._marts, query, self.kpi["system_of_record"])
        return rows[0] if rows else None

    @cached_property
    def rejections(self) -> list[Row]:
        """The tables of which rows were rejected while the judged period was read, with counts."""
        query = """
            select source, table_name, rejected_rows from marts.fct_kpi_rejection
            where kpi_id = ? and period_start = ? order by source, table_name
        """
        return ask(self._marts, query, self.kpi_id, self.evaluation["period_start"])

    @cached_property
    def load_ids(self) -> tuple[str, ...]:
        """The newest load of the definitions and of every source that was read."""
        sources = {self.kpis[row["kpi_id"]]["system_of_record"] for row in self.glance}
        sources |= {self.kpi["system_of_record"], "definitions"}
        query = """
            select source, load_id from marts.fct_source_load where is_latest
            order by source, load_id
        """
        return tuple(row["load_id"] for row in ask(self._marts, query) if row["source"] in sources)

    # Names

    def department_of(self, role: str) -> str:
        """The department a role belongs to."""
        return str(self.roles[role]["department"])

    def role_names(self, roles: str) -> str:
        """The names behind a comma-separated list of role ids, joined for a sentence."""
        names = [str(self.roles[role]["name"]) for role in roles.split(", ")]
        return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))

    def worsening(self, amount: Decimal) -> Decimal:
        """A change of the audited KPI counted so that more is worse."""
        return -amount if self.kpi["direction"] == "higher_is_better" else amount


def _telling(split: Decomposition) -> tuple[bool, Fraction, str]:
    return split.dimension in PLACES, -concentration(split), split.dimension
