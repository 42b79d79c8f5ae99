with cells as (
    select * from {{ ref('stg_sheets__cell') }}
),

oddities as (
    select * from {{ ref('stg_sheets__oddity') }}
),

files as (
    select * from {{ ref('stg_sheets__workbook') }}
),

-- The week and the site a line of a workbook speaks of.
lines as (
    select
        file,
        sheet,
        row_number,
        {{ week_of("max(case when column_name = 'Week starting' then value_date end)") }}
            as period_start,
        max(case when column_name = 'Site' then lower(value_text) end) as scope,
        count(formula) as formulas
    from cells
    group by file, sheet, row_number
),

told as (
    select
        *,
        case file
            when 'training.xlsx' then 'staff_trained'
            when 'complaints.xlsx' then 'complaint_rate'
            when 'uptime_log.xlsx' then 'sorter_uptime'
        end as kpi_id,
        max(period_start) over (partition by file) as last_period,
        sum(formulas) over (partition by file) as formulas_in_file
    from lines
    where period_start is not null and scope is not null
),

-- What stands in no line (a total, a hidden sheet) is about all lines of its file.
placed as (
    select
        oddities.*,
        told.row_number as line_number
    from oddities
    left join told
        on
            oddities.file = told.file and oddities.sheet = told.sheet
            and oddities.row_number = told.row_number
)

select
    told.kpi_id,
    told.scope,
    told.period_start,
    told.file,
    told.row_number,
    told.last_period,
    cast(told.formulas_in_file as integer) as formulas_in_file,
    files.modified_at,
    files.modified_by,
    files.created_by,
    placed.rule,
    coalesce(placed.sheet, told.sheet) as odd_sheet,
    placed.cell,
    placed.column_name,
    placed.observed,
    placed.expected,
    placed.line_number is not null as is_in_line
from told
inner join files on told.file = files.file
left join placed
    on
        told.file = placed.file
        and (
            placed.line_number is null
            or (told.sheet = placed.sheet and told.row_number = placed.line_number)
        )
where told.kpi_id is not null
