with cells as (
    select * from {{ ref('stg_sheets__cell') }}
),

-- The week and the site a line of a workbook speaks of.
lines as (
    select
        file,
        sheet,
        row_number,
        max(case when column_name = 'Week starting' then value_date end) as week_starting,
        max(case when column_name = 'Site' then lower(value_text) end) as site
    from cells
    group by file, sheet, row_number
),

-- Which KPI each workbook speaks of.
workbooks as (
    select
        'training.xlsx' as file,
        'staff_trained' as kpi_id
    union all
    select
        'complaints.xlsx' as file,
        'complaint_rate' as kpi_id
    union all
    select
        'uptime_log.xlsx' as file,
        'sorter_uptime' as kpi_id
)

select
    workbooks.kpi_id,
    lines.site as scope,
    {{ week_of('lines.week_starting') }} as period_start,
    cells.file,
    cells.sheet,
    cells.cell,
    cells.column_name,
    {{ finite_measure('cells.value_number') }} as value_number,
    cells.formula
from cells
inner join workbooks on cells.file = workbooks.file
inner join lines
    on
        cells.file = lines.file
        and cells.sheet = lines.sheet
        and cells.row_number = lines.row_number
where lines.week_starting is not null and lines.site is not null
