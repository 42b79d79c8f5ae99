select
    kpi_id,
    scope,
    period_start,
    version,
    table_name,
    row_key,
    place,
    fate,
    changed_by,
    changed_at,
    seen_at
from {{ ref('int_restated_row') }}
