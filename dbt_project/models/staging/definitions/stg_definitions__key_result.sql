select
    key_result_id,
    objective_id,
    position,
    name,
    kind,
    owner,
    baseline,
    target,
    low,
    high,
    weight,
    path
from {{ source('raw_definitions', 'key_result') }}
where {{ is_in_newest_landing('raw_definitions', 'key_result') }}
