select
    kpi_id,
    scope,
    period_start,
    version,
    table_name,
    row_key,
    fate,
    changed_by,
    seen_at
from {{ ref('int_restated_row') }}
