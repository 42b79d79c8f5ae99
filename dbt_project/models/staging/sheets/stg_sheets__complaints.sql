with workbooks as (
    select * from {{ ref('stg_sheets__workbook') }}
),

lines as (
    select * from {{ source('raw_sheets', 'complaints') }}
    where {{ is_known('raw_sheets', 'complaints') }}
)

select
    lines.file,
    lines.sheet,
    lines.row_number,
    lines.is_hidden,
    lines.week_starting,
    lines.site,
    lines.complaints,
    lines.modified_at
from lines
inner join workbooks
    on lines.file = workbooks.file and lines._dlt_load_id = workbooks.load_id
