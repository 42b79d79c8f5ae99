select
    calendar_id,
    kind,
    begins_on,
    ended_on,
    reason
from {{ source('raw_definitions', 'calendar_span') }}
where {{ is_in_newest_landing('raw_definitions', 'calendar_span') }}
