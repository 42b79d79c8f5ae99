select
    source,
    table_name,
    seen_at,
    seen,
    kept,
    rejected,
    load_id
from {{ source('raw_receipts', 'receipt') }}
-- What the marts said themselves goes on record too, but is no source.
where {{ is_known('raw_receipts', 'receipt') }} and source <> 'values'
