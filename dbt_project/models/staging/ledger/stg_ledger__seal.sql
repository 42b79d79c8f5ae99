select
    seal_number,
    dataset,
    load_id,
    sealed_at,
    is_late,
    row_count,
    seal_hash,
    log_root
from {{ source('raw_ledger', 'seal') }}
where load_id <> ''
