"""What do board, pages and digest ask of the marts? Each query with its grain."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sightline.errors import UsageError
from sightline.marts import Marts, Row, ask

# Half a year of weeks, the length of a planning period: what a small line can still show.
TREND_PERIODS = 26


def finite(value: Any) -> Decimal | None:
    """A stored number, or None where there is none: NaN and infinity are not numbers here."""
    if value is None:
        return None
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    return exact if exact.is_finite() else None


def one_glance(marts: Marts) -> list[Row]:
    """One row per objective, key result and linked KPI, in the order they are shown."""
    return ask(
        marts,
        """
        select * from marts.rpt_one_glance
        order by objective_position, objective_id, key_result_position, key_result_id,
            link_position, kpi_id, scope
        """,
    )


def trends(marts: Marts) -> list[Row]:
    """One row per KPI, scope and closed period, the latest 26 of each, oldest first."""
    return ask(
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
    return ask(
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
    return ask(
        marts,
        """
        select objective_id, coverage, weakest_key_result_id, weakest_progress
        from marts.fct_objective_progress where is_latest
        order by objective_id
        """,
    )


def weak_links(marts: Marts) -> list[Row]:
    """One row per link in force that is not sound, the weakest first."""
    return ask(
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
    return ask(
        marts,
        """
        select objective_id, needs, unconfirmed_by,
            coalesce(risk_owner_name, risk_owner) as risk_owner
        from marts.dim_dependency where not is_confirmed order by objective_id, dependency_id
        """,
    )


def waived(marts: Marts) -> list[Row]:
    """One row per link whose conflict a signed waiver in force leaves open."""
    return ask(
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
    return ask(marts, "select key_result_id, kpi_id, scope, verdict from marts.fct_link_evidence")


def findings(marts: Marts) -> list[Row]:
    """One row per integrity finding, settled ones last, then the latest period first."""
    return ask(
        marts,
        """
        select finding_id, kpi_id, scope, period_start, guard, observed, question, answer_state
        from marts.fct_integrity_finding
        order by kpi_id, scope, answer_state = 'accepted', period_start desc nulls last, finding_id
        """,
    )


def rejections(marts: Marts) -> list[Row]:
    """One row per KPI, period and table of which rows were rejected while the period was read."""
    return ask(
        marts,
        """
        select kpi_id, period_start, source, table_name, rejected_rows
        from marts.fct_kpi_rejection order by kpi_id, period_start, source, table_name
        """,
    )


def restated(marts: Marts) -> list[Row]:
    """One row per KPI and scope: how many of its latest 26 closed periods were materially restated,
    and how many were to be judged by a target that was moved after they were published."""
    return ask(
        marts,
        f"""
        with shown as (
            select kpi_id, scope, period_start from marts.fct_kpi_evaluation where is_closed
            qualify row_number() over (
                partition by kpi_id, scope order by period_start desc) <= {TREND_PERIODS}
        )
        select kpi_id, scope,
            count(distinct period_start) filter (where class <> 'target') as restated,
            count(distinct period_start) filter (where class = 'target') as moved
        from marts.fct_restatement
        inner join shown using (kpi_id, scope, period_start)
        where materiality = 'material'
        group by kpi_id, scope
        order by kpi_id, scope
        """,  # noqa: S608 - the only thing spliced in is the constant above
    )


_FINDING_DETAILS = """
    select finding.*, kpi.name as kpi_name, kpi.grain, kpi.unit_symbol, kpi.decimals,
        kpi.system_of_record, coalesce(role.name, kpi.owner) as owner_name
    from marts.fct_integrity_finding as finding
    inner join marts.dim_kpi as kpi on finding.kpi_id = kpi.kpi_id
    left join marts.dim_role as role on kpi.owner = role.role_id
"""


def finding_details(marts: Marts) -> list[Row]:
    """One row per integrity finding with all it says, whose KPI it is about, and its source."""
    return ask(marts, f"{_FINDING_DETAILS} order by finding.finding_id")


def finding_detail(marts: Marts, finding_id: str) -> Row:
    """One integrity finding as `finding_details` has it; UsageError when there is none."""
    found = ask(marts, f"{_FINDING_DETAILS} where finding.finding_id = ?", finding_id)
    if not found:
        raise UsageError(f"no finding is called {finding_id}; see `sightline finding list`")
    return found[0]


def cases_due(marts: Marts) -> list[Row]:
    """Cases in which somebody has to take the next step by a day, the earliest first."""
    return ask(
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
    found = ask(
        marts,
        """
        select alerts_timed, median_seconds_to_alert, p95_seconds_to_alert,
            median_days_to_detect, median_days_to_decide, median_days_to_act
        from marts.rpt_response_time where rule = 'all' and cases > 0
        """,
    )
    return found[0] if found else None


def newest_seal(marts: Marts) -> Row | None:
    """The newest seal of raw from before the moment judged; None before there was one.

    `noted_root` is what `sightline verify --root` takes.
    """
    found = ask(
        marts,
        """
        select seal_number, seal_number || ':' || log_root as noted_root
        from marts.fct_load_seal where is_latest
        """,
    )
    return found[0] if found else None


def signals(marts: Marts) -> list[Row]:
    """One row per open episode that is not told at once: what it says, and how long already."""
    return ask(
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


def roles(marts: Marts) -> dict[str, Row]:
    """Role id to the name people use, its holder and deputy, and who of them acts in it now."""
    query = "select role_id, name, person, deputy, acting from marts.dim_role order by role_id"
    return {row["role_id"]: row for row in ask(marts, query)}
