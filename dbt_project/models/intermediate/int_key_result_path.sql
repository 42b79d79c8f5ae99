{{ config(materialized='view') }}

with key_results as (
    select * from {{ ref('stg_definitions__key_result') }}
),

objectives as (
    select * from {{ ref('stg_definitions__objective') }}
),

waypoints as (
    select * from {{ ref('stg_definitions__waypoint') }}
),

-- Nothing on the eve of the first day, what is listed, and all of it by the last day.
points as (
    select
        key_results.key_result_id,
        cast({{ days_after(-1, 'objectives.period_from') }} as date) as reached_on,
        {{ measure('0') }} as progress
    from key_results
    inner join objectives on key_results.objective_id = objectives.objective_id
    union all
    select
        key_results.key_result_id,
        waypoints.reached_on,
        {{ ratio(
            '(waypoints.reached_value - key_results.baseline)',
            '(key_results.target - key_results.baseline)'
        ) }} as progress
    from key_results
    inner join waypoints on key_results.key_result_id = waypoints.key_result_id
    union all
    select
        key_results.key_result_id,
        objectives.period_to as reached_on,
        {{ measure('1') }} as progress
    from key_results
    inner join objectives on key_results.objective_id = objectives.objective_id
),

stretches as (
    select
        key_result_id,
        lag(reached_on) over in_order as stretch_from,
        reached_on as stretch_to,
        lag(progress) over in_order as progress_from,
        progress as progress_to,
        row_number() over (partition by key_result_id order by reached_on desc) = 1 as is_last
    from points
    window in_order as (partition by key_result_id order by reached_on)
)

select * from stretches
where stretch_from is not null
