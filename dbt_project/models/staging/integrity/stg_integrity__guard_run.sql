select
    kpi_id,
    guard,
    status,
    expectations_expected,
    expectations_evaluated,
    unexpected_count,
    severity,
    detail,
    input_hash
from {{ source('raw_integrity', 'guard_run') }}
where {{ is_in_newest_landing('raw_integrity', 'guard_run') }}
