with readings as (
    select * from {{ ref('int_key_result_reading') }}
),

periods as (
    select
        key_result_id,
        kind,
        baseline,
        target,
        period_start,
        period_end,
        period_to,
        expected_progress,
        {{ ratio(
            'sum(link_weight * value)',
            'sum(case when value is not null then link_weight end)'
        ) }} as value,
        {{ ratio(
            'sum(link_weight * raw_progress)',
            'sum(case when raw_progress is not null then link_weight end)'
        ) }} as raw_progress,
        {{ ratio(
            'sum(case when value is not null then link_weight else 0 end)',
            'sum(link_weight)'
        ) }} as known_share,
        min(case when is_in_range then 1 when not is_in_range then 0 end) as hit
    from readings
    group by
        key_result_id, kind, baseline, target, period_start, period_end, period_to,
        expected_progress
),

counted as (
    select
        *,
        {{ is_share_of_periods('kind') }} as is_share_of_periods,
        count(*) over so_far as periods_so_far,
        count(hit) over so_far as judged_so_far,
        sum(hit) over so_far as hits_so_far,
        sum(known_share) over so_far as known_so_far
    from periods
    window so_far as (
        partition by key_result_id order by period_start rows unbounded preceding
    )
),

-- The run of misses that a period stands in: judged periods since the last hit.
runs as (
    select
        *,
        judged_so_far - max(case when hit = 1 then judged_so_far else 0 end) over (
            partition by key_result_id order by period_start rows unbounded preceding
        ) as miss_run
    from counted
)

select
    key_result_id,
    kind,
    period_start,
    period_end,
    period_to,
    value,
    baseline,
    target,
    hit,
    case
        when not is_share_of_periods then raw_progress
        when judged_so_far > 0 then {{ ratio('hits_so_far', 'periods_so_far') }}
    end as raw_progress,
    expected_progress,
    {{ ratio('known_so_far', 'periods_so_far') }} as coverage,
    case
        when is_share_of_periods
            then max(miss_run) over (
                partition by key_result_id order by period_start rows unbounded preceding
            )
    end as worst_run
from runs
