{{ config(materialized='view') }}

with periods as (
    select * from {{ ref('int_kpi_side_state') }}
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
        side_state is null and is_beyond_target as is_bad,
        side_state is null and is_beyond_floor as fires_at_once,
        side_state is null and is_past_recovery as is_good,
        side_state
    from periods
    where is_leaf and target is not null and (value is not null or side_state is not null)
),

-- The starved effort already looks back over several periods, so one observation is enough.
sacrifices as (
    select
        kpi_id,
        scope,
        period_start,
        max(case when is_silent_sacrifice then 1 else 0 end) = 1 as is_bad
    from policy_periods
    where effort is not null and pace is not null
    group by kpi_id, scope, period_start
),

judged_sacrifices as (
    select
        periods.kpi_id,
        periods.scope,
        'silent_sacrifice' as rule,
        periods.period_start,
        periods.value,
        periods.target,
        periods.floor,
        periods.direction,
        1 as fire_n,
        1 as fire_m,
        periods.recover_k,
        sacrifices.is_bad,
        false as fires_at_once,
        not sacrifices.is_bad as is_good,
        periods.side_state
    from sacrifices
    inner join periods
        on
            sacrifices.kpi_id = periods.kpi_id
            and sacrifices.scope = periods.scope
            and sacrifices.period_start = periods.period_start
)

select * from levels
union all
select * from judged_sacrifices
