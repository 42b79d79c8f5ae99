{{ config(materialized='view') }}

-- How fast a policy's budget goes, while the policy is in force. Value and target are percentages
-- of the budget of its whole window.
with policy_periods as (
    select * from {{ ref('int_policy_period') }}
),

budgets as (
    select * from {{ ref('int_policy_budget') }}
),

judgements as (
    select * from {{ ref('int_kpi_judgement') }}
),

-- Two policies may share a guardrail: the budget that goes faster counts.
burnt as (
    select
        policy_periods.kpi_id,
        policy_periods.scope,
        policy_periods.period_start,
        max({{ ratio('budgets.period_used', 'budgets.budget_allowed') }}) as share,
        max({{ ratio('budgets.recent_used', 'budgets.budget_allowed') }}) as recent_share
    from policy_periods
    inner join budgets
        on
            policy_periods.policy_id = budgets.policy_id
            and policy_periods.period_start = budgets.period_start
    where budgets.is_whole_window and budgets.budget_allowed > 0
    group by policy_periods.kpi_id, policy_periods.scope, policy_periods.period_start
),

speeds as (
    select
        *,
        'budget_burn_fast' as rule,
        share as judged_share,
        {{ var('burn_fast') }} as limit_share,
        share >= {{ var('burn_fast') }} as is_bad
    from burnt
    where share is not null
    union all
    -- Still burning: the last period took its part of the limit.
    select
        *,
        'budget_burn_slow' as rule,
        recent_share as judged_share,
        {{ var('burn_slow') }} as limit_share,
        recent_share >= {{ var('burn_slow') }}
        and share >= {{ var('burn_slow') | float / var('burn_slow_periods') | int }} as is_bad
    from burnt
    where share is not null and recent_share is not null
)

select
    speeds.kpi_id,
    speeds.scope,
    speeds.rule,
    speeds.period_start,
    {{ measure('100 * speeds.judged_share') }} as value,
    {{ measure('100 * speeds.limit_share') }} as target,
    {{ measure('null') }} as floor,
    'lower_is_better' as direction,
    1 as fire_n,
    1 as fire_m,
    judgements.recover_k,
    speeds.is_bad,
    false as fires_at_once,
    not speeds.is_bad as is_good
from speeds
inner join judgements
    on
        speeds.kpi_id = judgements.kpi_id
        and speeds.scope = judgements.scope
        and speeds.period_start = judgements.period_start
