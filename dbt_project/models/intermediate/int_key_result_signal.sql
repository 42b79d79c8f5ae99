-- What a key result's own history shows: how it stands against its path, against what people
-- declared, and whether it still moves. A check-in speaks for a period until the next one ends.
with progress as (
    select * from {{ ref('int_key_result_progress') }}
),

checkins as (
    select * from {{ ref('stg_casebook__checkin') }}
),

declared as (
    select
        progress.key_result_id,
        progress.period_start,
        checkins.confidence,
        checkins.confidence_share,
        checkins.declared_by,
        checkins.declared_at,
        checkins.reason,
        row_number() over (
            partition by progress.key_result_id, progress.period_start
            order by checkins.declared_at desc, checkins.sequence desc
        ) as recency
    from progress
    inner join checkins
        on
            progress.key_result_id = checkins.key_result_id
            and checkins.declared_at < {{ dbt.dateadd(
                'day',
                dbt.datediff('progress.period_start', 'progress.period_end', 'day') ~ ' + 2',
                'progress.period_end'
            ) }}
),

compared as (
    select
        progress.*,
        declared.confidence,
        declared.confidence_share,
        declared.declared_by,
        declared.declared_at,
        declared.reason,
        case when progress.raw_progress is not null then {{ pace_status(
            'progress.raw_progress', 'progress.expected_progress'
        ) }} end as pace,
        max(progress.raw_progress) over (
            partition by progress.key_result_id
            order by progress.period_start rows unbounded preceding
        ) as best
    from progress
    left join declared
        on
            progress.key_result_id = declared.key_result_id
            and progress.period_start = declared.period_start
            and declared.recency = 1
),

judged as (
    select
        *,
        {{ has_moved('best', 'raw_progress') }} as has_moved,
        {{ has_moved('expected_progress', 'expected_progress') }} as should_have_moved,
        confidence <> {{ confidence_of('pace') }} as is_divergent,
        count(confidence || pace) over in_order as compared_so_far
    from compared
    window in_order as (partition by key_result_id order by period_start rows unbounded preceding)
)

select
    *,
    coalesce(pace <> 'healthy', false) as is_off_trajectory,
    coalesce(raw_progress < 1 and should_have_moved and not has_moved, false) as is_stagnant,
    coalesce(confidence = 'on_track' and pace = 'breached', false) as is_watermelon,
    compared_so_far - coalesce(max(case when not is_divergent then compared_so_far end) over (
        partition by key_result_id order by period_start rows unbounded preceding
    ), 0) as divergent_periods
from judged
