select
    initiative_id,
    kpi_id,
    objective_id,
    name,
    owner
from {{ source('raw_definitions', 'initiative') }}
where {{ is_in_newest_landing('raw_definitions', 'initiative') }}
