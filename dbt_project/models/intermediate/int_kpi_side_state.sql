with judgements as (
    select * from {{ ref('int_kpi_judgement') }}
    where is_closed
),

kpis as (
    select * from {{ ref('stg_definitions__kpi') }}
),

integrity as (
    select * from {{ ref('int_integrity_verdict') }}
),

-- On which days, where the KPI's calendar hangs, its system of record was heard.
heard as (
    select distinct
        kpis.kpi_id,
        cast({{ local_time('receipts.seen_at', 'kpis.time_zone') }} as date) as heard_on
    from kpis
    inner join {{ ref('stg_receipts__receipt') }} as receipts
        on kpis.system_of_record = receipts.source
),

first_heard as (
    select
        kpi_id,
        min(heard_on) as heard_on
    from heard
    group by kpi_id
),

-- Heard of in time: after the period ended, and by the day it was published on.
heard_of as (
    select
        judgements.kpi_id,
        judgements.scope,
        judgements.period_start
    from judgements
    inner join heard
        on
            judgements.kpi_id = heard.kpi_id
            and judgements.period_end < heard.heard_on
            and judgements.published_on >= heard.heard_on
    group by judgements.kpi_id, judgements.scope, judgements.period_start
),

known as (
    select
        judgements.*,
        judgements.is_due and judgements.value is null as is_missing,
        judgements.is_due
        and judgements.period_end >= first_heard.heard_on
        and heard_of.kpi_id is null as is_unheard,
        integrity.verdict_rank = {{ integrity_rank("'contested'") }} as is_contested
    from judgements
    inner join integrity
        on
            judgements.kpi_id = integrity.kpi_id
            and judgements.scope = integrity.scope
            and judgements.period_start = integrity.period_start
    left join first_heard on judgements.kpi_id = first_heard.kpi_id
    left join heard_of
        on
            judgements.kpi_id = heard_of.kpi_id
            and judgements.scope = heard_of.scope
            and judgements.period_start = heard_of.period_start
)

select
    *,
    case
        when is_contested then 'contested'
        when is_missing and coalesce(is_unheard, false) then 'stale'
        when is_missing then 'no_data'
    end as side_state
from known
