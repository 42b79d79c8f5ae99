with cells as (
    select * from {{ ref('stg_sheets__cell') }}
),

sorter_days as (
    select * from {{ ref('stg_erp__sorter_day') }}
),

workbook_rows as (
    select
        file,
        row_number,
        max(case when column_name = 'Week starting' then value_date end) as week_starting,
        max(case when column_name = 'Site' then lower(value_text) end) as site,
        {{ finite_measure("max(case when column_name = 'Complaints' then value_number end)") }}
            as complaints,
        count(*) as source_rows,
        max(modified_at) as source_changed_at
    from cells
    where file = 'complaints.xlsx' and sheet = 'Complaints'
    group by file, row_number
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
        10000 * workbook_rows.complaints as numerator,
        sorted.parcels as denominator,
        workbook_rows.source_rows + sorted.source_rows as source_rows,
        greatest(
            workbook_rows.source_changed_at, sorted.source_changed_at
        ) as source_changed_at
    from workbook_rows
    inner join sorted
        on
            workbook_rows.site = sorted.site
            and workbook_rows.week_starting = sorted.period_start
)

{{ kpi_reading('parts') }}
