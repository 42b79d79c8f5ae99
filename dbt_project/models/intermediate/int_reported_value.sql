with uptime_log as (
    select * from {{ ref('stg_sheets__uptime_log') }}
),

training as (
    select * from {{ ref('stg_sheets__training') }}
),

cells as (
    select * from {{ ref('stg_sheets__cell') }}
),

reported as (
    select
        'sorter_uptime' as kpi_id,
        'Reported uptime %' as column_name,
        site,
        week_starting,
        reported_uptime as reported_value,
        file,
        sheet,
        row_number
    from uptime_log
    union all
    select
        'staff_trained' as kpi_id,
        'Trained %' as column_name,
        site,
        week_starting,
        trained_share as reported_value,
        file,
        sheet,
        row_number
    from training
)

select
    reported.kpi_id,
    lower(reported.site) as scope,
    {{ week_of('reported.week_starting') }} as period_start,
    reported.reported_value,
    reported.file,
    cells.cell
from reported
inner join cells
    on
        reported.file = cells.file
        and reported.sheet = cells.sheet
        and reported.row_number = cells.row_number
        and reported.column_name = cells.column_name
