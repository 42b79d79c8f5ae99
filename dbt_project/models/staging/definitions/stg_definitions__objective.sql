select
    objective_id,
    name,
    owner,
    unit,
    period_from,
    period_to,
    supports,
    position
from {{ source('raw_definitions', 'objective') }}
where {{ is_in_newest_landing('raw_definitions', 'objective') }}
