{{ config(materialized='view') }}

with policies as (
    select * from {{ ref('stg_definitions__policy') }}
),

judgements as (
    select * from {{ ref('int_kpi_judgement') }}
    where is_closed
),

-- An effort KPI is the percentage of its plan that was spent.
efforts as (
    select
        policies.policy_id,
        judgements.period_start,
        {{ ratio('judgements.value', '100') }} as effort_share
    from policies
    inner join judgements
        on
            policies.effort_kpi_id = judgements.kpi_id
            and policies.effort_scope = judgements.scope
)

select
    policy_id,
    period_start,
    effort_share,
    count(*) filter (where effort_share < {{ var('effort_starved_below') }}) over (
        partition by policy_id
        order by period_start
        rows between {{ var('effort_starved_periods') | int - 1 }} preceding and current row
    ) = {{ var('effort_starved_periods') }} as is_starved
from efforts
