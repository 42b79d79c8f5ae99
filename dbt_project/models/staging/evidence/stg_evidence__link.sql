select
    key_result_id,
    kpi_id,
    scope,
    measure_kpi_id,
    measure_scope,
    declared_lag,
    best_lag,
    n,
    correlation,
    p_value,
    q_value,
    verdict,
    reason,
    method,
    computed_at
from {{ source('raw_evidence', 'link') }}
where {{ is_in_newest_landing('raw_evidence', 'link') }}
