select
    sequence,
    message_id,
    channel,
    attempt,
    {{ adapter.quote('at') }} as happened_at,
    ok,
    detail
from {{ source('raw_casebook', 'delivery') }}
where {{ is_known('raw_casebook', 'delivery') }}
