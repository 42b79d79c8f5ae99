select
    _dlt_load_id as load_id,
    _seen_at as known_at,
    cast(row_number() over in_order as integer) as landing_number,
    lead(_seen_at) over in_order as superseded_at
from {{ source('raw_definitions', 'landing') }}
where {{ is_known('raw_definitions', 'landing') }}
window in_order as (order by _seen_at, _dlt_load_id)
