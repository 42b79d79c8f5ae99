select
    kpi_id,
    valid_from,
    target,
    floor,
    approved_by,
    approved_on
from {{ source('raw_definitions', 'kpi_target') }}
where {{ is_in_newest_landing('raw_definitions', 'kpi_target') }}
