select
    file,
    modified_by as saved_by,
    min(_seen_at) as first_seen_at
from {{ source('raw_sheets', 'workbook') }}
where {{ is_known('raw_sheets', 'workbook') }} and modified_by is not null
group by file, modified_by
