select
    role_id,
    name,
    department,
    person,
    deputy,
    valid_from,
    valid_to
from {{ source('raw_definitions', 'role') }}
where {{ is_in_newest_landing('raw_definitions', 'role') }}
