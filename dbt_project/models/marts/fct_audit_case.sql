-- The name of a place may have a point in it; what stands before and after it has none.
{% set part = "regexp_extract(moments.case_id, '^([^.]+)[.](.+)[.]([^.]+)[.][^.]+$', " -%}

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
        max(case when kind = 'closed' then happened_at end) as closed_at,
        -- of the last closing: a case that is reopened may be closed for another cause
        arg_max_null(cause_code, sequence) filter (where kind = 'closed') as cause_code,
        arg_max_null(action, sequence) filter (where kind = 'closed') as what_helped
    from steps
    group by case_id
)

select
    moments.case_id,
    {{ part }} 1) as kpi_id,
    {{ part }} 2) as scope,
    {{ part }} 3) as rule,
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
    moments.cause_code,
    moments.what_helped,
    audited.departments
from moments
inner join audited on moments.case_id = audited.case_id
inner join steps as latest on moments.case_id = latest.case_id and latest.recency = 1
