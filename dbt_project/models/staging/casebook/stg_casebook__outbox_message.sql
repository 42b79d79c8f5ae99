select
    sequence,
    message_id,
    idempotency_key,
    case_id,
    case_ids,
    kind,
    objective_id,
    channel,
    subject,
    body,
    cast({{ json_text('body', 'known_at') }} as timestamp) as known_at,
    created_at
from {{ source('raw_casebook', 'outbox_message') }}
where {{ is_known('raw_casebook', 'outbox_message') }}
