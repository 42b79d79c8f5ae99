"""What alerts tell of: episodes, verdicts, silent sources, and what was published otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightline.edits import BEHIND
from sightline.marts import ask

if TYPE_CHECKING:
    from sightline.marts import Marts, Row


def open_episodes(marts: Marts) -> list[Row]:
    """One row per open episode that is told at once: its KPI and how far to trust the number."""
    return ask(
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


def policy_verdicts(marts: Marts) -> list[Row]:
    """One row per policy with a latest verdict: what it decides about and what it says."""
    return ask(
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
    return ask(
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
    return ask(
        marts,
        """
        select source, last_seen_at, status from marts.fct_source_freshness
        where source in (select system_of_record from marts.dim_kpi)
        order by source
        """,
    )


def recent_restatements(marts: Marts, days: int) -> list[Row]:
    """One row per material restatement, seen within so many days before the moment judged.

    `change_id` is the same at every look; `edits` are the rows of the source behind it, None where
    they are not known.
    """
    return ask(
        marts,
        f"""
        with behind as ({BEHIND})
        select 'restatement.' || change.kpi_id || '.' || change.scope || '.'
            || change.period_start || '.' || change.version || '.' || change.class as change_id,
            change.restated_at as seen_at, change.kpi_id, change.scope, change.period_start,
            change.class, change.from_value, change.to_value, change.is_flip_to_pass,
            change.is_flip_to_fail, kpi.name, kpi.unit_symbol, kpi.decimals, kpi.grain, behind.edits
        from marts.fct_restatement as change
        cross join (select max(as_of) as as_of from marts.rpt_one_glance) as judged
        left join marts.dim_kpi as kpi on kpi.kpi_id = change.kpi_id
        left join behind
            on behind.kpi_id = change.kpi_id and behind.scope = change.scope
            and behind.period_start = change.period_start and behind.version = change.version
        where change.materiality = 'material' and change.class <> 'target'
            and change.restated_at > judged.as_of - to_days(?)
        order by seen_at, change_id
        """,  # noqa: S608 - the only thing spliced in is a constant
        days,
    )


def recent_definition_changes(marts: Marts, days: int) -> list[Row]:
    """One row per field of a definition that asks less since, or of periods that were over.

    Seen within so many days before the moment judged; `change_id` names landing and definition.
    The approval is what the definition carried then, `is_approved_anew` where it came with it.
    """
    return ask(
        marts,
        """
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
        where change.seen_at > judged.as_of - to_days(?)
        order by change.seen_at, change_id, change.field desc
        """,
        days,
    )


def objective_owners(marts: Marts) -> dict[str, str]:
    """Objective id to the role that answers for it."""
    found = ask(marts, "select objective_id, owner from marts.dim_objective order by objective_id")
    return {row["objective_id"]: row["owner"] for row in found}
