with erp as (
    select * from {{ ref('stg_erp__source_difference') }}
)

select
    'erp' as source,
    table_name,
    kind,
    period_start,
    row_key,
    column_name,
    at_source,
    in_raw,
    row_count,
    found_by,
    sentence,
    way_out,
    found_at
from erp
