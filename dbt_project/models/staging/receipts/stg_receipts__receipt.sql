select
    source,
    table_name,
    seen_at,
    seen,
    kept,
    rejected,
    load_id
from {{ source('raw_receipts', 'receipt') }}
where {{ is_known('raw_receipts', 'receipt') }}
