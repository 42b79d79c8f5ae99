select
    kpi_id,
    definition_hash,
    model_hash,
    _seen_at as known_at,
    _dlt_load_id as load_id
from {{ source('raw_values', 'formula') }}
where {{ is_known('raw_values', 'formula') }}
