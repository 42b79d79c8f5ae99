with workbooks as (
    select * from {{ ref('stg_sheets__workbook') }}
),

oddities as (
    select * from {{ source('raw_sheets', 'oddity') }}
    where {{ is_known('raw_sheets', 'oddity') }}
)

select
    oddities.file,
    oddities.rule,
    oddities.sheet,
    oddities.row_number,
    oddities.cell,
    oddities.column_name,
    oddities.observed,
    oddities.expected
from oddities
inner join workbooks
    on oddities.file = workbooks.file and oddities._dlt_load_id = workbooks.load_id
