{{ config(materialized='view') }}

-- The mean step of late, carried on to the last day, with the interval its spread gives.
-- What has to stay in range is hit on as often as lately. Too few steps: nothing is forecast.
with progress as (
    select
        *,
        {{ is_share_of_periods('kind') }} as is_share
    from {{ ref('int_key_result_progress') }}
    where kind <> 'binary'
),

-- A step over a gap is none of one period; one a thousand times the whole way is a typing error.
-- Periods to go are counted as long as those so far: five a week where five days are worked.
steps as (
    select
        *,
        count(raw_progress) over in_order as n,
        case
            when abs(raw_progress - lag(raw_progress) over in_order) < 1000
                then raw_progress - lag(raw_progress) over in_order
        end as step,
        {{ ratio(
            dbt.datediff('period_end', 'period_to', 'day') ~ ' * count(*) over in_order',
            '(' ~ dbt.datediff('min(period_start) over in_order', 'period_end', 'day') ~ ' + 1)'
        ) }} as periods_to_go
    from progress
    window in_order as (partition by key_result_id order by period_start)
),

counted as (
    select
        *,
        case when periods_to_go < 0 then 0 else periods_to_go end as h,
        count(step) over lately as steps,
        {{ ratio('sum(step) over lately', 'count(step) over lately') }} as drift,
        {{ measure('sum(' ~ product('step', 'step') ~ ') over lately') }} as squares,
        {{ ratio('(sum(hit) over lately + 1)', '(count(hit) over lately + 2)') }} as hit_share
    from steps
    window lately as (
        partition by key_result_id order by period_start
        rows between {{ var('forecast_periods') | int - 1 }} preceding and current row
    )
),

landings as (
    select
        *,
        case
            when is_share
                then {{ ratio('(raw_progress * n + hit_share * h)', '(n + h)') }}
            else raw_progress + {{ product('drift', 'h') }}
        end as landing,
        case
            when is_share then hit_share * (1 - hit_share) * h / ((n + h) * (n + h))
            else
                (squares - steps * {{ product('drift', 'drift') }})
                / (steps - 1) * h * (1 + h / steps)
        end as variance
    from counted
    where steps >= {{ var('forecast_least_steps') }} and raw_progress is not null
),

bounds as (
    select
        *,
        {{ var('forecast_width') }} * sqrt(greatest(variance, 0)) as margin
    from landings
)

select
    key_result_id,
    period_start,
    {{ measure('landing') }} as forecast_progress,
    {{ measure('case when is_share and landing < margin then 0 else landing - margin end') }}
        as forecast_low,
    {{ measure('case when is_share and landing + margin > 1 then 1 else landing + margin end') }}
        as forecast_high
from bounds
