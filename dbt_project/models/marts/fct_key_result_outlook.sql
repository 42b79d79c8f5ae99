with progress as (
    select * from {{ ref('fct_key_result_progress') }}
),

signals as (
    select * from {{ ref('int_key_result_signal') }}
),

forecasts as (
    select * from {{ ref('int_key_result_forecast') }}
),

scores as (
    select * from {{ ref('int_key_result_score') }}
),

relapses as (
    select
        key_result_id,
        min(period_start) filter (where is_relapsed) as relapsed_period
    from {{ ref('int_key_result_aftermath') }}
    group by key_result_id
)

select
    progress.key_result_id,
    progress.period_start,
    progress.status,
    signals.confidence,
    signals.confidence_share,
    signals.declared_by,
    signals.declared_at,
    signals.reason as declared_reason,
    cast(signals.divergent_periods as integer) as divergent_periods,
    forecasts.forecast_progress,
    forecasts.forecast_low,
    forecasts.forecast_high,
    {{ measure(
        'progress.baseline + (progress.target - progress.baseline) * forecasts.forecast_progress'
    ) }} as forecast_value,
    case
        when signals.kind = 'binary' then 'none'
        when forecasts.forecast_progress is null then 'insufficient'
        when {{ is_forecast_to_miss('forecasts.forecast_high') }} then 'off_track'
        when forecasts.forecast_progress < {{ var('pace_healthy') }} then 'at_risk'
        else 'on_track'
    end as forecast,
    case
        when signals.kind = 'binary' then 'it is done or not, and nothing between can be carried on'
        when forecasts.forecast_progress is null
            then 'fewer than {{ var("forecast_least_steps") }} steps between periods are known'
    end as no_forecast_because,
    signals.is_off_trajectory,
    signals.is_stagnant,
    signals.is_watermelon,
    {{ measure(clamped('scores.raw_score')) }} as score,
    scores.closed_on as scored_on,
    relapses.relapsed_period,
    progress.is_latest,
    progress.as_of
from progress
inner join signals
    on
        progress.key_result_id = signals.key_result_id
        and progress.period_start = signals.period_start
left join forecasts
    on
        progress.key_result_id = forecasts.key_result_id
        and progress.period_start = forecasts.period_start
left join scores on progress.key_result_id = scores.key_result_id
left join relapses on progress.key_result_id = relapses.key_result_id
