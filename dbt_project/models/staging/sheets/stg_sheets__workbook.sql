with readings as (
    select
        *,
        row_number() over (partition by file order by {{ newest_first() }}) as reading_rank
    from {{ source('raw_sheets', 'workbook') }}
    where {{ is_known('raw_sheets', 'workbook') }}
)

select
    file,
    file_sha256,
    size_bytes,
    sheets,
    modified_at,
    modified_by,
    created_by,
    _dlt_load_id as load_id
from readings
where reading_rank = 1 and _deleted_at is null
