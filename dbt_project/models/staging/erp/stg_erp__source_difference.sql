select
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
    _seen_at as found_at
from {{ source('raw_erp', 'source_difference') }}
where {{ is_known('raw_erp', 'source_difference') }}
