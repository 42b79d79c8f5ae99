{{ config(materialized='view') }}

with judgements as (
    select * from {{ ref('int_kpi_judgement') }}
),

policy_periods as (
    select * from {{ ref('int_policy_period') }}
),

-- Only leaves are judged: a whole would announce its parts' breach a second time.
levels as (
    select
        kpi_id,
        scope,
        'level' as rule,
        period_start,
        value,
        target,
        floor,
        direction,
        fire_n,
        fire_m,
        recover_k,
        is_beyond_target as is_bad,
        is_beyond_floor as fires_at_once,
        is_past_recovery as is_good
    from judgements
    where is_closed and is_leaf and value is not null and target is not null
),

-- The starved effort already looks back over several periods, so one observation is enough.
sacrifices as (
    select
        judgements.kpi_id,
        judgements.scope,
        'silent_sacrifice' as rule,
        judgements.period_start,
        judgements.value,
        judgements.target,
        judgements.floor,
        judgements.direction,
        1 as fire_n,
        1 as fire_m,
        judgements.recover_k,
        max(case when policy_periods.is_silent_sacrifice then 1 else 0 end) = 1 as is_bad,
        false as fires_at_once,
        max(case when policy_periods.is_silent_sacrifice then 1 else 0 end) = 0 as is_good
    from policy_periods
    inner join judgements
        on
            policy_periods.kpi_id = judgements.kpi_id
            and policy_periods.scope = judgements.scope
            and policy_periods.period_start = judgements.period_start
    where policy_periods.effort is not null and policy_periods.pace is not null
    group by
        judgements.kpi_id, judgements.scope, judgements.period_start, judgements.value,
        judgements.target, judgements.floor, judgements.direction, judgements.recover_k
)

select * from levels
union all
select * from sacrifices
