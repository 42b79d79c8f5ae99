select
    sequence,
    event_id,
    case_id,
    kind,
    {{ adapter.quote('at') }} as happened_at,
    actor,
    payload
from {{ source('raw_casebook', 'case_event') }}
where {{ is_known('raw_casebook', 'case_event') }}
