with sorter_days as (
    select * from {{ ref('stg_erp__sorter_day') }}
),

parts as (
    select
        site as scope,
        {{ week_of('work_date') }} as period_start,
        sum(manual_touches) as numerator,
        sum(parcels_sorted) as denominator,
        count(*) as source_rows,
        max(changed_at) as source_changed_at
    from sorter_days
    group by site, {{ week_of('work_date') }}
)

{{ kpi_reading('parts') }}
