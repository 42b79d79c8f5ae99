with sorter_days as (
    select * from {{ ref('stg_erp__sorter_day') }}
),

recalibrations as (
    select * from {{ ref('stg_erp__recalibration') }}
),

-- A week in which a site worked and recalibrated nothing counts as 0, not as missing.
weeks as (
    select
        site,
        {{ week_of('work_date') }} as period_start,
        max(changed_at) as source_changed_at
    from sorter_days
    group by site, {{ week_of('work_date') }}
),

done as (
    select
        site,
        {{ week_of('done_on') }} as period_start,
        count(*) as recalibrations,
        max(changed_at) as source_changed_at
    from recalibrations
    where done_on is not null
    group by site, {{ week_of('done_on') }}
),

parts as (
    select
        weeks.site as scope,
        weeks.period_start,
        coalesce(done.recalibrations, 0) as numerator,
        1 as denominator,
        coalesce(done.recalibrations, 0) as source_rows,
        coalesce(done.source_changed_at, weeks.source_changed_at) as source_changed_at
    from weeks
    left join done
        on weeks.site = done.site and weeks.period_start = done.period_start
)

{{ kpi_reading('parts') }}
