{{ config(materialized='view') }}

-- What planned maintenance takes out of sorters' hours, and of the downtime in them: nothing that
-- was not scheduled, and no minute twice.
with windows as (
    select * from {{ ref('int_planned_maintenance') }}
    where effect = 'excluded'
),

sorter_days as (
    select * from {{ ref('stg_erp__sorter_day') }}
),

downtimes as (
    select
        *,
        {{ dbt.dateadd('minute', 'minutes', 'started_at') }} as ended_at
    from {{ ref('stg_erp__downtime') }}
),

planned as (
    select
        windows.kpi_id,
        sorter_days.site,
        sorter_days.sorter_id,
        sorter_days.work_date,
        sorter_days.scheduled_minutes,
        {{ minutes_between(
            'greatest(windows.begins_local, sorter_days.work_date)',
            'least(windows.ends_local, ' ~ days_after(1, 'sorter_days.work_date') ~ ')'
        ) }} as minutes
    from sorter_days
    inner join windows
        on
            windows.scope in (sorter_days.site, 'all')
            and windows.begins_local < {{ days_after(1, 'sorter_days.work_date') }}
            and sorter_days.work_date < windows.ends_local
)

select
    kpi_id,
    site,
    sorter_id,
    work_date,
    'scheduled' as reason_code,
    false as planned,
    {{ measure('least(sum(minutes), scheduled_minutes)') }} as scheduled_minutes,
    {{ measure('0') }} as lost_minutes
from planned
group by kpi_id, site, sorter_id, work_date, scheduled_minutes

union all

select
    windows.kpi_id,
    downtimes.site,
    downtimes.sorter_id,
    downtimes.work_date,
    downtimes.reason_code,
    downtimes.planned,
    {{ measure('0') }} as scheduled_minutes,
    {{ measure(minutes_between(
        'greatest(windows.begins_at, downtimes.started_at)',
        'least(windows.ends_at, downtimes.ended_at)'
    )) }} as lost_minutes
from downtimes
inner join windows
    on
        windows.scope in (downtimes.site, 'all')
        and downtimes.started_at < windows.ends_at
        and downtimes.ended_at > windows.begins_at
