{{ config(materialized='view') }}

with judgements as (
    select * from {{ ref('int_kpi_judgement') }}
    where is_closed
),

integrity as (
    select * from {{ ref('int_integrity_verdict') }}
),

kpis as (
    select * from {{ ref('stg_definitions__kpi') }}
),

numbered as (
    select
        judgements.kpi_id,
        judgements.scope,
        case when judgements.value is null then 0 else 1 end as has_value,
        case integrity.verdict_rank when 1 then 0 when 3 then 1 else 0.5 end as integrity,
        row_number() over (
            partition by judgements.kpi_id, judgements.scope order by judgements.period_start desc
        ) as recency
    from judgements
    left join integrity
        on
            judgements.kpi_id = integrity.kpi_id
            and judgements.scope = integrity.scope
            and judgements.period_start = integrity.period_start
)

select
    numbered.kpi_id,
    numbered.scope,
    kpis.system_of_record,
    {{ measure('avg(numbered.has_value)') }} as coverage,
    {{ measure('max(case when numbered.recency = 1 then numbered.integrity end)') }} as integrity,
    {{ measure("case when kpis.provenance = 'pulled' then 1 else 0 end") }} as provenance
from numbered
inner join kpis on numbered.kpi_id = kpis.kpi_id
where numbered.recency <= {{ var('link_periods') }}
group by numbered.kpi_id, numbered.scope, kpis.system_of_record, kpis.provenance
