with sorter_days as (
    select * from {{ ref('stg_erp__sorter_day') }}
),

downtimes as (
    select * from {{ ref('stg_erp__downtime') }}
),

scheduled as (
    select
        site,
        {{ week_of('work_date') }} as period_start,
        sum(scheduled_minutes) as scheduled_minutes,
        count(*) as source_rows,
        max(changed_at) as source_changed_at
    from sorter_days
    group by site, {{ week_of('work_date') }}
),

lost as (
    select
        site,
        {{ week_of('work_date') }} as period_start,
        sum(minutes) as lost_minutes,
        count(*) as source_rows,
        max(changed_at) as source_changed_at
    from downtimes
    group by site, {{ week_of('work_date') }}
),

excused as (
    select
        site,
        {{ week_of('work_date') }} as period_start,
        sum(scheduled_minutes) as scheduled_minutes,
        sum(lost_minutes) as lost_minutes
    from {{ ref('int_excused_minutes') }}
    where kpi_id = 'sorter_uptime'
    group by site, {{ week_of('work_date') }}
),

parts as (
    select
        scheduled.site as scope,
        scheduled.period_start,
        100 * (
            scheduled.scheduled_minutes - coalesce(excused.scheduled_minutes, 0)
            - coalesce(lost.lost_minutes, 0) + coalesce(excused.lost_minutes, 0)
        ) as numerator,
        scheduled.scheduled_minutes - coalesce(excused.scheduled_minutes, 0) as denominator,
        scheduled.source_rows + coalesce(lost.source_rows, 0) as source_rows,
        greatest(
            scheduled.source_changed_at,
            coalesce(lost.source_changed_at, scheduled.source_changed_at)
        ) as source_changed_at
    from scheduled
    left join lost
        on scheduled.site = lost.site and scheduled.period_start = lost.period_start
    left join excused
        on scheduled.site = excused.site and scheduled.period_start = excused.period_start
)

{{ kpi_reading('parts') }}
