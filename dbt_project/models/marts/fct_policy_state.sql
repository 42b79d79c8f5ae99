with policy_periods as (
    select * from {{ ref('int_policy_period') }}
),

policies as (
    select * from {{ ref('stg_definitions__policy') }}
),

measures as (
    select * from {{ ref('bridge_key_result_kpi') }}
    where role = 'measure'
),

-- Every number a policy reads: its guardrail, its effort, the measures of its goal.
numbers_read as (
    select
        policy_id,
        guardrail_kpi_id as kpi_id,
        guardrail_scope as scope
    from policies
    union all
    select
        policy_id,
        effort_kpi_id,
        effort_scope
    from policies
    union all
    select
        policies.policy_id,
        measures.kpi_id,
        measures.scope
    from policies
    inner join measures on policies.key_result_id = measures.key_result_id
),

trust as (
    select
        numbers_read.policy_id,
        evaluations.period_start,
        min({{ integrity_rank('evaluations.integrity_verdict') }}) as integrity_rank
    from numbers_read
    inner join {{ ref('fct_kpi_evaluation') }} as evaluations
        on numbers_read.kpi_id = evaluations.kpi_id and numbers_read.scope = evaluations.scope
    group by numbers_read.policy_id, evaluations.period_start
)

select
    policy_periods.policy_id,
    policy_periods.period_start,
    -- What cannot be told is not decided on: a missing band makes the whole state insufficient.
    case
        when trust.integrity_rank = 1 then 'contested'
        when
            policy_periods.floor is null
            or policy_periods.budget is null
            or policy_periods.pace is null
            or policy_periods.effort is null
            then 'insufficient'
        else {{ integrity_of_rank('trust.integrity_rank') }}
    end as integrity,
    policy_periods.floor,
    policy_periods.budget_used,
    policy_periods.budget_allowed,
    policy_periods.budget_used_share,
    policy_periods.budget,
    policy_periods.pace,
    policy_periods.is_forecast_to_miss,
    policy_periods.effort_share,
    policy_periods.effort,
    row_number() over (
        partition by policy_periods.policy_id order by policy_periods.period_start desc
    ) = 1 as is_latest
from policy_periods
inner join trust
    on
        policy_periods.policy_id = trust.policy_id
        and policy_periods.period_start = trust.period_start
