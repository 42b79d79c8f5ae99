{{ config(materialized='view') }}

-- How fast a policy's budget goes, while the policy is in force. Value and target are percentages
-- of the budget of its whole window.
with policy_periods as (
    select * from {{ ref('int_policy_period') }}
),

budgets as (
    select * from {{ ref('int_policy_budget') }}
),

-- Two policies may share a guardrail: the budget that goes faster counts.
burnt as (
    select
        policy_periods.kpi_id,
        policy_periods.scope,
        policy_periods.period_start,
        min(budgets.window_periods) as window_periods,
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

-- Evenly, each of n periods takes the nth part of the budget, and the last four take four.
speeds as (
    {%- for speed, share, periods in [
        ('fast', 'share', 1), ('slow', 'recent_share', var('burn_slow_periods'))
    ] %}
        select
            *,
            'budget_burn_{{ speed }}' as rule,
            {{ share }} as judged_share,
            greatest({{ var('burn_' ~ speed) }}, {{ var('burn_' ~ speed ~ '_pace') }} * {{ ratio(
                'least(' ~ periods ~ ', window_periods)', 'window_periods'
            ) }}) as limit_share,
            {{ periods }} as periods
        from burnt
        where share is not null and recent_share is not null
        {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- Still burning: the last period took its part of the limit.
judged as (
    select
        *,
        judged_share >= limit_share and share >= limit_share / periods as is_bad
    from speeds
)

select
    judged.kpi_id,
    judged.scope,
    judged.rule,
    judged.period_start,
    {{ measure('100 * judged.judged_share') }} as value,
    {{ measure('100 * judged.limit_share') }} as target,
    {{ measure('null') }} as floor,
    'lower_is_better' as direction,
    1 as fire_n,
    1 as fire_m,
    judgements.recover_k,
    judged.is_bad,
    false as fires_at_once,
    not judged.is_bad as is_good
from judged
inner join {{ ref('int_kpi_judgement') }} as judgements
    on
        judged.kpi_id = judgements.kpi_id
        and judged.scope = judgements.scope
        and judged.period_start = judgements.period_start
