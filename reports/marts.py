"""What do the reports ask of the marts? Every query of this folder, each with its grain."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Protocol

Row = dict[str, Any]

# Half a year of weeks, the length of a planning period: what a small line can still show.
TREND_PERIODS = 26


class Cursor(Protocol):
    """What a query gives back (DB-API)."""

    @property
    def description(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...


class Marts(Protocol):
    """A connection whose database has a schema `marts`: DuckDB's, or any with `execute`."""

    def execute(self, query: str, /) -> Cursor: ...


def finite(value: Any) -> Decimal | None:
    """A stored number, or None where there is none: NaN and infinity are not numbers here."""
    if value is None:
        return None
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    return exact if exact.is_finite() else None


def _rows(marts: Marts, query: str) -> list[Row]:
    cursor = marts.execute(query)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def one_glance(marts: Marts) -> list[Row]:
    """One row per objective, key result and linked KPI, in the order they are shown."""
    return _rows(
        marts,
        """
        select * from marts.rpt_one_glance
        order by objective_position, objective_id, key_result_position, key_result_id,
            link_position, kpi_id, scope
        """,
    )


def trends(marts: Marts) -> list[Row]:
    """One row per KPI, scope and closed period, the latest 26 of each, oldest first."""
    return _rows(
        marts,
        f"""
        select kpi_id, scope, period_start, value, target from (
            select kpi_id, scope, period_start, value, target, row_number() over (
                partition by kpi_id, scope order by period_start desc) as recency
            from marts.fct_kpi_evaluation where is_closed
        ) as evaluations
        where recency <= {TREND_PERIODS}
        order by kpi_id, scope, period_start
        """,  # noqa: S608 - the only thing spliced in is the constant above
    )


def key_results(marts: Marts) -> list[Row]:
    """One row per key result: its definition and its latest progress."""
    return _rows(
        marts,
        """
        select key_result.key_result_id, key_result.kind, progress.value, progress.baseline,
            progress.target, progress.progress, progress.expected_progress, progress.coverage,
            progress.overshoot, progress.worst_run, outlook.confidence, outlook.declared_at,
            outlook.divergent_periods, outlook.forecast, outlook.forecast_value,
            outlook.forecast_progress, outlook.no_forecast_because, outlook.is_stagnant,
            outlook.is_watermelon, outlook.score, outlook.relapsed_period,
            coalesce(measure.grain, 'period') as grain
        from marts.dim_key_result as key_result
        left join (
            select key_result_id, max(grain) as grain from marts.rpt_one_glance
            where role = 'measure' group by key_result_id
        ) as measure on measure.key_result_id = key_result.key_result_id
        left join marts.fct_key_result_progress as progress
            on progress.key_result_id = key_result.key_result_id and progress.is_latest
        left join marts.fct_key_result_outlook as outlook
            on outlook.key_result_id = key_result.key_result_id and outlook.is_latest
        order by key_result.key_result_id
        """,
    )


def objectives(marts: Marts) -> list[Row]:
    """One row per objective: coverage and the weakest key result of its latest progress."""
    return _rows(
        marts,
        """
        select objective_id, coverage, weakest_key_result_id, weakest_progress
        from marts.fct_objective_progress where is_latest
        order by objective_id
        """,
    )


def weak_links(marts: Marts) -> list[Row]:
    """One row per link in force that is not sound, the weakest first."""
    return _rows(
        marts,
        """
        select health.*, kpi.name, role.name as owner_name, key_result.objective_id
        from marts.fct_link_health as health
        inner join marts.dim_kpi as kpi on kpi.kpi_id = health.kpi_id
        inner join marts.dim_key_result as key_result
            on key_result.key_result_id = health.key_result_id
        left join marts.dim_role as role on role.role_id = health.execution_owner
        where not health.is_sound
        order by health.score, health.kpi_id, health.scope, health.key_result_id
        """,
    )


def unconfirmed(marts: Marts) -> list[Row]:
    """One row per thing an objective needs that one of the two sides has not confirmed."""
    return _rows(
        marts,
        """
        select objective_id, needs, unconfirmed_by,
            coalesce(risk_owner_name, risk_owner) as risk_owner
        from marts.dim_dependency where not is_confirmed order by objective_id, dependency_id
        """,
    )


def waived(marts: Marts) -> list[Row]:
    """One row per link whose conflict a signed waiver in force leaves open."""
    return _rows(
        marts,
        """
        select key_result.objective_id, kpi.name, health.scope, health.waiver
        from marts.fct_link_health as health
        inner join marts.dim_kpi as kpi on kpi.kpi_id = health.kpi_id
        inner join marts.dim_key_result as key_result
            on key_result.key_result_id = health.key_result_id
        where health.waiver is not null order by key_result.objective_id, kpi.name, health.scope
        """,
    )


def lead_verdicts(marts: Marts) -> list[Row]:
    """One row per link in force by which a KPI is said to lead a key result."""
    return _rows(marts, "select key_result_id, kpi_id, scope, verdict from marts.fct_link_evidence")


def findings(marts: Marts) -> list[Row]:
    """One row per integrity finding, settled ones last, then the latest period first."""
    return _rows(
        marts,
        """
        select finding_id, kpi_id, scope, period_start, guard, observed, question, answer_state
        from marts.fct_integrity_finding
        order by kpi_id, scope, answer_state = 'accepted', period_start desc nulls last, finding_id
        """,
    )


def rejections(marts: Marts) -> list[Row]:
    """One row per KPI, period and table of which rows were rejected while the period was read."""
    return _rows(
        marts,
        """
        select kpi_id, period_start, source, table_name, rejected_rows
        from marts.fct_kpi_rejection order by kpi_id, period_start, source, table_name
        """,
    )


def finding_details(marts: Marts) -> list[Row]:
    """One row per integrity finding with all it says, whose KPI it is about, and its source."""
    return _rows(
        marts,
        """
        select finding.*, kpi.name as kpi_name, kpi.grain, kpi.system_of_record,
            coalesce(role.name, kpi.owner) as owner_name
        from marts.fct_integrity_finding as finding
        inner join marts.dim_kpi as kpi on finding.kpi_id = kpi.kpi_id
        left join marts.dim_role as role on kpi.owner = role.role_id
        order by finding.finding_id
        """,
    )


def cases_due(marts: Marts) -> list[Row]:
    """Cases in which somebody has to take the next step by a day, the earliest first."""
    return _rows(
        marts,
        """
        select audited.case_id, audited.scope, audited.state, audited.due_on, kpi.name
        from marts.fct_audit_case as audited
        inner join marts.dim_kpi as kpi on kpi.kpi_id = audited.kpi_id
        where audited.due_on is not null
        order by audited.due_on, audited.case_id
        """,
    )


def response_time(marts: Marts) -> Row | None:
    """How long from breach to alert (seconds), detection, decision and act (days); None if no case.

    Each is NULL where none was timed.
    """
    rows = _rows(
        marts,
        """
        select alerts_timed, median_seconds_to_alert, p95_seconds_to_alert,
            median_days_to_detect, median_days_to_decide, median_days_to_act
        from marts.rpt_response_time where rule = 'all' and cases > 0
        """,
    )
    return rows[0] if rows else None


def newest_seal(marts: Marts) -> Row | None:
    """The newest seal of raw from before the moment judged; None before there was one.

    `noted_root` is what `sightline verify --root` takes.
    """
    rows = _rows(
        marts,
        """
        select seal_number, seal_number || ':' || log_root as noted_root
        from marts.fct_load_seal where is_latest
        """,
    )
    return rows[0] if rows else None


def open_episodes(marts: Marts) -> list[Row]:
    """One row per open episode that is told at once: its KPI and how far to trust the number."""
    return _rows(
        marts,
        """
        select episode.episode_id, episode.kpi_id, episode.scope, episode.rule,
            episode.opened_period, episode.state, episode.last_value, episode.target,
            episode.floor, episode.periods, episode.as_of, kpi.name, kpi.unit_symbol,
            kpi.decimals, kpi.direction, kpi.grain, kpi.owner, kpi.department,
            kpi.system_of_record, newest.integrity_verdict, newest.integrity_grade
        from marts.fct_kpi_episode as episode
        inner join marts.dim_kpi as kpi on kpi.kpi_id = episode.kpi_id
        left join marts.fct_kpi_evaluation as newest
            on newest.kpi_id = episode.kpi_id and newest.scope = episode.scope and newest.is_latest
        where episode.is_open and episode.is_alerted
        order by episode.opened_period, episode.episode_id
        """,
    )


def signals(marts: Marts) -> list[Row]:
    """One row per open episode that is not told at once: what it says, and how long already."""
    return _rows(
        marts,
        """
        select episode.episode_id, episode.scope, episode.opened_period, kpi.name,
            kpi.grain, rule.description
        from marts.fct_kpi_episode as episode
        inner join marts.dim_kpi as kpi on kpi.kpi_id = episode.kpi_id
        inner join marts.dim_episode_rule as rule on rule.rule = episode.rule
        where episode.is_open and not episode.is_alerted
        order by episode.opened_period desc, episode.episode_id
        """,
    )


def policy_verdicts(marts: Marts) -> list[Row]:
    """One row per policy with a latest verdict: what it decides about and what it says."""
    return _rows(
        marts,
        """
        select policy.policy_id, policy.name, policy.key_result_id, policy.guardrail_kpi_id,
            policy.guardrail_scope, verdict.rule, verdict.verdict, verdict.instruction,
            verdict.approved_on, verdict.approved_by
        from marts.fct_policy_verdict as verdict
        inner join marts.dim_policy as policy on policy.policy_id = verdict.policy_id
        where verdict.is_latest
        order by policy.policy_id desc
        """,
    )


def closed_episodes(marts: Marts) -> list[Row]:
    """One row per closed episode: what is needed to say that it is over."""
    return _rows(
        marts,
        """
        select episode.episode_id, episode.kpi_id, episode.scope, episode.rule,
            episode.opened_period, episode.closed_period, episode.last_value,
            episode.target, kpi.name, kpi.unit_symbol, kpi.decimals, kpi.direction
        from marts.fct_kpi_episode as episode
        inner join marts.dim_kpi as kpi on kpi.kpi_id = episode.kpi_id
        where not episode.is_open
        order by episode.opened_period, episode.episode_id
        """,
    )


def freshness(marts: Marts) -> list[Row]:
    """One row per source that any KPI rests on: when it last answered, and whether it is stale."""
    return _rows(
        marts, "select source, last_seen_at, status from marts.fct_source_freshness order by source"
    )


def recent_restatements(marts: Marts, days: int) -> list[Row]:
    """One row per material restatement, seen within so many days before the moment judged.

    `change_id` is the same at every look; `edits` are the rows of the source behind it, None where
    they are not known.
    """
    return _rows(
        marts,
        f"""
        with behind as (
            select kpi_id, scope, period_start, version,
                list(struct_pack(table_name, row_key, fate, changed_by)) as edits
            from marts.fct_restated_row
            group by all
        )
        select 'restatement.' || change.kpi_id || '.' || change.scope || '.'
            || change.period_start || '.' || change.version || '.' || change.class as change_id,
            change.restated_at as seen_at, change.kpi_id, change.scope, change.period_start,
            change.class, change.from_value, change.to_value, kpi.name, kpi.unit_symbol,
            kpi.decimals, kpi.grain, behind.edits
        from marts.fct_restatement as change
        cross join (select max(as_of) as as_of from marts.rpt_one_glance) as judged
        left join marts.dim_kpi as kpi on kpi.kpi_id = change.kpi_id
        left join behind
            on behind.kpi_id = change.kpi_id and behind.scope = change.scope
            and behind.period_start = change.period_start and behind.version = change.version
        where change.materiality = 'material' and change.class <> 'target'
            and change.restated_at > judged.as_of - interval '{days} days'
        order by seen_at, change_id
        """,  # noqa: S608 - a number of our own
    )


def recent_definition_changes(marts: Marts, days: int) -> list[Row]:
    """One row per field of a definition that asks less since, or of periods that were over.

    Seen within so many days before the moment judged; `change_id` names landing and definition.
    The approval is what the definition carried then, `is_approved_anew` where it came with it.
    """
    return _rows(
        marts,
        f"""
        with changes as (
            select *,
                case when kind like 'kpi%' then split_part(definition_id, '/', 1) end as kpi_id
            from marts.fct_definition_change
            where is_loosening or is_retroactive
        ),
        approvals as (
            select change.kind, change.definition_id, change.seen_at,
                max(case when history.field = 'approved_by' then history.value end) as approved_by,
                max(case when history.field = 'approved_on' then history.value end) as approved_on,
                max(history.known_from) = change.seen_at as is_approved_anew
            from (select distinct kind, definition_id, seen_at from changes) as change
            inner join marts.dim_definition_history as history
                on history.kind = change.kind and history.definition_id = change.definition_id
                and history.field in ('approved_by', 'approved_on')
                and history.known_from <= change.seen_at
                and (history.known_to is null or history.known_to > change.seen_at)
            group by change.kind, change.definition_id, change.seen_at
        )
        select 'definition.' || change.kind || '.' || change.definition_id || '.' || change.seen_at
            as change_id, change.seen_at, change.kpi_id, null as scope, change.kind,
            change.definition_id, change.field, change.change, change.compared_value,
            change.new_value, change.author, change.is_loosening, kpi.name, kpi.unit_symbol,
            approval.approved_by, approval.approved_on, approval.is_approved_anew
        from changes as change
        cross join (select max(as_of) as as_of from marts.rpt_one_glance) as judged
        left join marts.dim_kpi as kpi on kpi.kpi_id = change.kpi_id
        left join approvals as approval
            on approval.kind = change.kind and approval.definition_id = change.definition_id
            and approval.seen_at = change.seen_at
        where change.seen_at > judged.as_of - interval '{days} days'
        order by change.seen_at, change_id, change.field desc
        """,  # noqa: S608 - a number of our own
    )


def objective_owners(marts: Marts) -> dict[str, str]:
    """Objective id to the role that answers for it."""
    rows = _rows(marts, "select objective_id, owner from marts.dim_objective order by objective_id")
    return {row["objective_id"]: row["owner"] for row in rows}


def roles(marts: Marts) -> dict[str, Row]:
    """Role id to the name people use, its holder and deputy, and who of them acts in it now."""
    query = "select role_id, name, person, deputy, acting from marts.dim_role order by role_id"
    return {row["role_id"]: row for row in _rows(marts, query)}
