select
    finding_id,
    kpi_id,
    scope,
    period_start
from {{ source('raw_integrity', 'finding_period') }}
where {{ is_in_newest_landing('raw_integrity', 'finding_period') }}
