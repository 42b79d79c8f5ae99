with workbooks as (
    select * from {{ ref('stg_sheets__workbook') }}
),

cells as (
    select * from {{ source('raw_sheets', 'rejected_cell') }}
    where {{ is_known('raw_sheets', 'rejected_cell') }}
)

select
    cells.file,
    cells.sheet,
    cells.row_number,
    cells.column_number,
    cells.column_name,
    cells.cell,
    cells.is_hidden,
    cells.rule,
    cells.reason,
    cells.formula,
    cells.file_sha256,
    cells.modified_at,
    cells.modified_by
from cells
inner join workbooks
    on cells.file = workbooks.file and cells._dlt_load_id = workbooks.load_id
