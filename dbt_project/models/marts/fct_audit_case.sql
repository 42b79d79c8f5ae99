-- The name of a place may have a point in it: rule and day are counted from the end.
{% set kpi = dbt.split_part('moments.case_id', "'.'", 1) %}
{% set rule = dbt.split_part('moments.case_id', "'.'", -2) %}
{% set day = dbt.split_part('moments.case_id', "'.'", -1) %}

with events as (
    select * from {{ ref('stg_casebook__case_event') }}
),

-- Acts on findings, KPIs and key results stand in the same log.
audited as (
    select
        case_id,
        min(case when kind = 'audit_finished' then happened_at end) as audited_at,
        max(case when kind = 'audit_finished' then {{ json_text('payload', 'departments') }} end)
            as departments
    from events
    where kind in ('opened', 'audit_started', 'audit_finished')
    group by case_id
),

-- Each act carries the state and the due date that followed from it.
steps as (
    select
        case_id,
        sequence,
        kind,
        happened_at,
        {{ json_text('payload', 'state') }} as state,
        {{ json_text('payload', 'due') }} as due_on,
        {{ json_text('payload', 'cause_code') }} as cause_code,
        {{ json_text('payload', 'action') }} as action,
        row_number() over (
            partition by case_id
            order by
                case when {{ json_text('payload', 'state') }} is null then 1 else 0 end,
                sequence desc
        ) as recency
    from events
    where kind <> 'audit_finished'
),

moments as (
    select
        case_id,
        min(happened_at) as opened_at,
        min(case when kind = 'opened' then happened_at end) as announced_at,
        min(case when kind = 'acknowledged' then happened_at end) as acknowledged_at,
        min(case when kind = 'decided' then happened_at end) as decided_at,
        min(case when kind = 'acted' then happened_at end) as acted_at,
        max(case when kind = 'resolved' then happened_at end) as resolved_at,
        max(case when kind = 'verified' then happened_at end) as verified_at,
        max(case when kind = 'closed' then happened_at end) as closed_at
    from steps
    group by case_id
),

-- What was said when it was closed last: a case that is reopened may be closed for another cause.
closings as (
    select
        *,
        row_number() over (partition by case_id order by sequence desc) as closing_rank
    from steps
    where kind = 'closed'
)

select
    moments.case_id,
    {{ kpi }} as kpi_id,
    substr(
        moments.case_id,
        length({{ kpi }}) + 2,
        length(moments.case_id) - length({{ kpi }}) - length({{ rule }}) - length({{ day }}) - 3
    ) as scope,
    {{ rule }} as rule,
    moments.opened_at,
    moments.announced_at,
    audited.audited_at,
    moments.acknowledged_at,
    moments.decided_at,
    moments.acted_at,
    moments.resolved_at,
    moments.verified_at,
    moments.closed_at,
    coalesce(latest.state, 'opened') as state,
    cast(latest.due_on as date) as due_on,
    closings.cause_code,
    closings.action as what_helped,
    audited.departments
from moments
inner join audited on moments.case_id = audited.case_id
inner join steps as latest on moments.case_id = latest.case_id and latest.recency = 1
left join closings on moments.case_id = closings.case_id and closings.closing_rank = 1
