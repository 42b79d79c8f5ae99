with complaints as (
    select * from {{ ref('stg_sheets__complaints') }}
),

sorter_days as (
    select * from {{ ref('stg_erp__sorter_day') }}
),

sorted as (
    select
        site,
        {{ week_of('work_date') }} as period_start,
        sum(parcels_sorted) as parcels,
        count(*) as source_rows,
        max(changed_at) as source_changed_at
    from sorter_days
    group by site, {{ week_of('work_date') }}
),

parts as (
    select
        sorted.site as scope,
        sorted.period_start,
        10000 * complaints.complaints as numerator,
        sorted.parcels as denominator,
        1 + sorted.source_rows as source_rows,
        greatest(
            complaints.modified_at, sorted.source_changed_at
        ) as source_changed_at
    from complaints
    inner join sorted
        on
            lower(complaints.site) = sorted.site
            and complaints.week_starting = sorted.period_start
)

{{ kpi_reading('parts') }}
