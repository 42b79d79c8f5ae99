select
    key_result_id,
    kpi_id,
    role,
    scope,
    weight,
    lag_periods,
    execution_owner,
    valid_from,
    valid_to,
    position
from {{ source('raw_definitions', 'link') }}
where {{ is_in_newest_landing('raw_definitions', 'link') }}
