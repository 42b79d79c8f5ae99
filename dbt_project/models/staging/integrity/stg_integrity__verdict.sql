select
    kpi_id,
    scope,
    period_start,
    verdict,
    grade
from {{ source('raw_integrity', 'verdict') }}
where {{ is_in_newest_landing('raw_integrity', 'verdict') }}
