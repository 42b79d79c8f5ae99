with cells as (
    select * from {{ ref('stg_sheets__cell') }}
),

workbook_rows as (
    select
        file,
        row_number,
        max(case when column_name = 'Week starting' then value_date end) as week_starting,
        max(case when column_name = 'Site' then lower(value_text) end) as site,
        {{ finite_measure("max(case when column_name = 'Headcount' then value_number end)") }}
            as headcount,
        {{ finite_measure("max(case when column_name = 'Trained' then value_number end)") }}
            as trained,
        count(*) as source_rows,
        max(modified_at) as source_changed_at
    from cells
    where file = 'training.xlsx' and sheet = 'Training'
    group by file, row_number
),

parts as (
    select
        site as scope,
        {{ week_of('week_starting') }} as period_start,
        100 * sum(trained) as numerator,
        sum(headcount) as denominator,
        sum(source_rows) as source_rows,
        max(source_changed_at) as source_changed_at
    from workbook_rows
    where site is not null
    group by site, {{ week_of('week_starting') }}
)

{{ kpi_reading('parts') }}
