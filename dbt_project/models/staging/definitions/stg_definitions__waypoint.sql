select
    key_result_id,
    {{ adapter.quote('day') }} as reached_on,
    {{ adapter.quote('value') }} as reached_value
from {{ source('raw_definitions', 'waypoint') }}
where {{ is_in_newest_landing('raw_definitions', 'waypoint') }}
