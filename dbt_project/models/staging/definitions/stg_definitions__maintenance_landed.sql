select
    calendar_id,
    maintenance_id,
    scope,
    begins_at,
    ends_at,
    reason,
    approved_by,
    approved_on,
    _dlt_load_id as load_id
from {{ source('raw_definitions', 'maintenance') }}
where {{ is_known('raw_definitions', 'maintenance') }}
