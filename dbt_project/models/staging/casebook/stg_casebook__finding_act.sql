select
    sequence,
    finding_id,
    kind,
    about,
    {{ adapter.quote('at') }} as happened_at,
    actor,
    reason,
    {{ adapter.quote('text') }} as said
from {{ source('raw_casebook', 'finding_act') }}
where {{ is_known('raw_casebook', 'finding_act') }}
