with versions as (
    select * from {{ ref('int_kpi_value_state') }}
)

select
    kpi_id,
    scope,
    period_start,
    cast({{ days_after(-1, 'ended_on') }} as date) as period_end,
    version,
    numerator,
    denominator,
    value,
    known_at as known_from,
    known_to,
    is_current,
    is_withdrawn,
    published_on,
    state,
    provenance,
    source_rows,
    source_changed_at,
    source_hash,
    definition_hash,
    model_hash,
    is_facts_change,
    is_formula_change
from versions
