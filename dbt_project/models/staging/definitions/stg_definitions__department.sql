select
    department_id,
    name
from {{ source('raw_definitions', 'department') }}
where {{ is_in_newest_landing('raw_definitions', 'department') }}
