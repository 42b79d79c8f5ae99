select
    kpi_id,
    name,
    description,
    unit,
    unit_symbol,
    decimals,
    direction,
    grain,
    time_zone,
    calendar_id,
    planned_maintenance,
    owner,
    department,
    system_of_record,
    provenance,
    label,
    grace_days,
    fire_n,
    fire_m,
    recover_k,
    definition_hash
from {{ source('raw_definitions', 'kpi') }}
where {{ is_in_newest_landing('raw_definitions', 'kpi') }}
