-- The episode machine as window functions. Missing periods are not among the observations: they
-- neither fire nor heal. An episode is open from a firing on until the next recovery.
with observations as (
    select * from {{ ref('int_episode_observation') }}
),

counted as (
    select
        *,
        row_number() over in_order as observation_number,
        sum(case when is_bad then 1 else 0 end) over in_order as bad_so_far,
        sum(case when is_good then 1 else 0 end) over in_order as good_so_far
    from observations
    window in_order as (
        partition by kpi_id, scope, rule order by period_start rows unbounded preceding
    )
),

-- Bad among the last m and good among the last k, as differences of running counts.
events as (
    select
        now.*,
        now.is_bad and (
            now.fires_at_once
            or now.bad_so_far - coalesce(before_fire.bad_so_far, 0) >= now.fire_n
        ) as fires,
        now.good_so_far - coalesce(before_recovery.good_so_far, 0) >= now.recover_k as recovers
    from counted as now
    left join counted as before_fire
        on
            now.kpi_id = before_fire.kpi_id
            and now.scope = before_fire.scope
            and now.rule = before_fire.rule
            and before_fire.observation_number = now.observation_number - now.fire_m
    left join counted as before_recovery
        on
            now.kpi_id = before_recovery.kpi_id
            and now.scope = before_recovery.scope
            and now.rule = before_recovery.rule
            and before_recovery.observation_number = now.observation_number - now.recover_k
),

states as (
    select
        *,
        coalesce(max(case when fires then observation_number end) over in_order, 0)
        > coalesce(max(case when recovers then observation_number end) over in_order, 0) as is_open
    from events
    window in_order as (
        partition by kpi_id, scope, rule order by period_start rows unbounded preceding
    )
),

turns as (
    select
        *,
        coalesce(
            lag(is_open) over (partition by kpi_id, scope, rule order by period_start), false
        ) as was_open
    from states
)

select
    *,
    is_open and not was_open as opens,
    was_open and not is_open as closes,
    sum(case when is_open and not was_open then 1 else 0 end) over (
        partition by kpi_id, scope, rule order by period_start rows unbounded preceding
    ) as episode_number
from turns
