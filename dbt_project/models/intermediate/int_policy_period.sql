with policies as (
    select * from {{ ref('stg_definitions__policy') }}
),

judgements as (
    select * from {{ ref('int_kpi_judgement') }}
    where is_closed
),

progress as (
    select
        progress.*,
        {{ is_forecast_to_miss('forecasts.forecast_high') }} as is_forecast_to_miss
    from {{ ref('int_key_result_progress') }} as progress
    left join {{ ref('int_key_result_forecast') }} as forecasts
        on
            progress.key_result_id = forecasts.key_result_id
            and progress.period_start = forecasts.period_start
),

-- A policy speaks of the periods that began while it was valid and after it was approved.
banded as (
    select
        policies.policy_id,
        policies.guardrail_kpi_id as kpi_id,
        policies.guardrail_scope as scope,
        judgements.period_start,
        judgements.value,
        judgements.is_beyond_target,
        budgets.budget_used,
        budgets.budget_allowed,
        budgets.budget_used_share,
        efforts.effort_share,
        case
            when judgements.value is null then null
            when judgements.is_beyond_floor then 'below'
            else 'above'
        end as floor,
        case
            when budgets.budget_used_share >= 1 then 'spent'
            when budgets.budget_used_share > 1 - {{ var('budget_low_below') }} then 'low'
            when budgets.budget_used_share is not null then 'ample'
        end as budget,
        case
            when progress.raw_progress is null then null
            when progress.is_forecast_to_miss then 'behind'
            when
                {{ pace_status('progress.raw_progress', 'progress.expected_progress') }}
                = 'healthy' then 'ahead'
            else 'behind'
        end as pace,
        progress.is_forecast_to_miss,
        case
            when efforts.effort_share is null then null
            when efforts.is_starved then 'starved'
            else 'sufficient'
        end as effort
    from policies
    inner join judgements
        on
            policies.guardrail_kpi_id = judgements.kpi_id
            and policies.guardrail_scope = judgements.scope
            and policies.valid_from <= judgements.period_start
            and policies.approved_on <= judgements.period_start
            and (policies.valid_to is null or policies.valid_to >= judgements.period_start)
    left join {{ ref('int_policy_budget') }} as budgets
        on policies.policy_id = budgets.policy_id and judgements.period_start = budgets.period_start
    left join {{ ref('int_policy_effort') }} as efforts
        on policies.policy_id = efforts.policy_id and judgements.period_start = efforts.period_start
    left join progress
        on
            policies.key_result_id = progress.key_result_id
            and judgements.period_start = progress.period_start
)

select
    *,
    value is not null and not is_beyond_target
    and coalesce(effort = 'starved' and pace = 'behind', false) as is_silent_sacrifice
from banded
