select
    breach_id,
    dataset,
    table_name,
    load_id,
    what,
    row_count,
    observed,
    evidence,
    found_at
from {{ source('raw_ledger', 'breach') }}
where {{ is_open_breach() }}
