select
    kpi_id,
    scope,
    period_start,
    numerator,
    denominator,
    value,
    source_rows,
    source_changed_at,
    source_hash,
    definition_hash,
    model_hash,
    is_facts_change,
    is_formula_change,
    _seen_at as known_at,
    _dlt_load_id as load_id
from {{ source('raw_values', 'kpi_value') }}
where {{ is_known('raw_values', 'kpi_value') }}
