with workbooks as (
    select * from {{ ref('stg_sheets__workbook') }}
),

lines as (
    select * from {{ source('raw_sheets', 'training') }}
    where {{ is_known('raw_sheets', 'training') }}
)

select
    lines.file,
    lines.sheet,
    lines.row_number,
    lines.is_hidden,
    lines.week_starting,
    lines.site,
    lines.headcount,
    lines.trained,
    lines.trained_share,
    lines.modified_at
from lines
inner join workbooks
    on lines.file = workbooks.file and lines._dlt_load_id = workbooks.load_id
