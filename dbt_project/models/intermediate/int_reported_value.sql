with workbook_cells as (
    select * from {{ ref('int_workbook_cell') }}
)

select
    kpi_id,
    scope,
    period_start,
    value_number as reported_value,
    file,
    cell
from workbook_cells
where
    value_number is not null
    and (
        (kpi_id = 'sorter_uptime' and column_name = 'Reported uptime %')
        or (kpi_id = 'staff_trained' and column_name = 'Trained %')
    )
