{#
  The episode machine: ok -> pending -> firing -> recovering -> ok, with the side states no_data,
  stale and contested. From one row per observation it makes the state before and after each.

  It fires on fire_n bad ones of the last fire_m that were judged, or at once; it recovers on
  recover_k good ones running. What has a side state was not judged: it counts for nothing and
  leaves an open episode open. A firing on record stands even when what it fired on is gone or
  contested by now, so nothing heals by disappearing; and so does an end, so nothing reopens by it.
  A pure function of the observations and the record: any batching gives the same episodes.
#}
{% macro episode_machine(observations, record) -%}
    counted as (
        select
            *,
            sum(case when side_state is null then 1 else 0 end) over in_order as judged_number,
            sum(case when side_state is null and is_bad then 1 else 0 end) over in_order as bad_so_far,
            sum(case when side_state is null and is_good then 1 else 0 end) over in_order
                as good_so_far
        from {{ observations }}
        window in_order as (
            partition by kpi_id, scope, rule order by period_start rows unbounded preceding
        )
    ),

    -- Bad among the last m and good among the last k, as differences of running counts.
    looked_back as (
        select
            now.*,
            cast(now.bad_so_far - coalesce(before_fire.bad_so_far, 0) as integer) as bad_count,
            cast(now.good_so_far - coalesce(before_recovery.good_so_far, 0) as integer)
                as good_count,
            recorded.opened_period is not null as is_recorded,
            ended.closed_period is not null as is_recorded_end
        from counted as now
        left join counted as before_fire
            on
                now.kpi_id = before_fire.kpi_id
                and now.scope = before_fire.scope
                and now.rule = before_fire.rule
                and before_fire.side_state is null
                and before_fire.judged_number = now.judged_number - now.fire_m
        left join counted as before_recovery
            on
                now.kpi_id = before_recovery.kpi_id
                and now.scope = before_recovery.scope
                and now.rule = before_recovery.rule
                and before_recovery.side_state is null
                and before_recovery.judged_number = now.judged_number - now.recover_k
        left join {{ record }} as recorded
            on
                now.kpi_id = recorded.kpi_id
                and now.scope = recorded.scope
                and now.rule = recorded.rule
                and now.period_start = recorded.opened_period
        left join (
            select distinct
                kpi_id,
                scope,
                rule,
                closed_period
            from {{ record }}
        ) as ended
            on
                now.kpi_id = ended.kpi_id
                and now.scope = ended.scope
                and now.rule = ended.rule
                and now.period_start = ended.closed_period
    ),

    events as (
        select
            *,
            row_number() over (partition by kpi_id, scope, rule order by period_start)
                as observation_number,
            case
                when side_state is not null then is_recorded
                else is_bad and (fires_at_once or bad_count >= fire_n)
            end as fires,
            case when side_state is not null then is_recorded_end else good_count >= recover_k end
                as recovers
        from looked_back
    ),

    -- Open is what fired after it last recovered.
    states as (
        select
            *,
            coalesce(max(case when fires then observation_number end) over in_order, 0)
            > coalesce(max(case when recovers then observation_number end) over in_order, 0)
                as is_open,
            max(case when recovers then period_start end) over in_order as recovered_by
        from events
        window in_order as (
            partition by kpi_id, scope, rule order by period_start rows unbounded preceding
        )
    ),

    named as (
        select
            *,
            coalesce(lag(is_open) over in_order, false) as was_open,
            case
                when side_state is not null then side_state
                when is_open and is_good then 'recovering'
                when is_open then 'firing'
                when is_bad then 'pending'
                else 'ok'
            end as state
        from states
        window in_order as (partition by kpi_id, scope, rule order by period_start)
    ),

    machine as (
        select
            *,
            coalesce(lag(state) over in_order, 'ok') as state_before,
            is_open and not was_open as opens,
            was_open and not is_open as closes,
            sum(case when is_open and not was_open then 1 else 0 end) over so_far
                as episode_number
        from named
        window
            in_order as (partition by kpi_id, scope, rule order by period_start),
            so_far as (
                partition by kpi_id, scope, rule order by period_start rows unbounded preceding
            )
    )
{%- endmacro %}
