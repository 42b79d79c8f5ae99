{{ config(materialized='view') }}

with policies as (
    select * from {{ ref('stg_definitions__policy') }}
),

kpis as (
    select * from {{ ref('stg_definitions__kpi') }}
),

judgements as (
    select * from {{ ref('int_kpi_judgement') }}
    where is_closed
),

exemptions as (
    select * from {{ ref('int_policy_exemption') }}
),

-- What the guardrail lost and what it may lose, in the unit of its denominator. Only a share of
-- something has such a budget: other units leave it NULL.
guardrails as (
    select
        policies.policy_id,
        policies.window_periods,
        judgements.period_start,
        row_number() over (
            partition by policies.policy_id order by judgements.period_start
        ) as period_number,
        case
            when kpis.unit <> 'percent' then null
            when judgements.direction = 'lower_is_better'
                then (judgements.numerator - coalesce(exemptions.numerator_part, 0)) / 100
            else
                judgements.denominator
                - (judgements.numerator - coalesce(exemptions.numerator_part, 0)) / 100
        end as lost,
        case
            when kpis.unit <> 'percent' or judgements.value is null then null
            when judgements.direction = 'lower_is_better'
                then judgements.denominator * (judgements.target + policies.planned_allowance) / 100
            else
                judgements.denominator
                * (100 - judgements.target + policies.planned_allowance) / 100
        end as allowed
    from policies
    inner join judgements
        on
            policies.guardrail_kpi_id = judgements.kpi_id
            and policies.guardrail_scope = judgements.scope
    inner join kpis on policies.guardrail_kpi_id = kpis.kpi_id
    left join exemptions
        on
            policies.policy_id = exemptions.policy_id
            and judgements.period_start = exemptions.period_start
)

select
    now.policy_id,
    now.period_start,
    now.window_periods,
    {{ measure('sum(earlier.lost)') }} as budget_used,
    {{ measure('sum(earlier.allowed)') }} as budget_allowed,
    {{ ratio('sum(earlier.lost)', 'sum(earlier.allowed)') }} as budget_used_share,
    {{ measure('sum(case when earlier.period_number = now.period_number then earlier.lost end)') }}
        as period_used,
    {{ measure(
        'sum(case when earlier.period_number > now.period_number - ' ~ var('burn_slow_periods')
        ~ ' then earlier.lost end)'
    ) }} as recent_used,
    count(earlier.allowed) = now.window_periods as is_whole_window
from guardrails as now
inner join guardrails as earlier
    on
        now.policy_id = earlier.policy_id
        and earlier.period_number > now.period_number - now.window_periods
        and now.period_number >= earlier.period_number
group by now.policy_id, now.period_start, now.window_periods
