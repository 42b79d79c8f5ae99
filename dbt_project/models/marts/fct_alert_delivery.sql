with messages as (
    select * from {{ ref('stg_casebook__outbox_message') }}
),

deliveries as (
    select * from {{ ref('stg_casebook__delivery') }}
),

attempts as (
    select
        message_id,
        count(*) as attempts,
        min(case when ok then happened_at end) as delivered_at
    from deliveries
    group by message_id
)

select
    messages.message_id,
    messages.case_id,
    messages.case_ids,
    messages.kind,
    messages.channel,
    messages.known_at,
    messages.created_at,
    attempts.delivered_at,
    cast({{ dbt.datediff('messages.known_at', 'messages.created_at', 'second') }} as integer)
        as seconds_to_announce,
    cast({{ dbt.datediff('messages.created_at', 'attempts.delivered_at', 'second') }} as integer)
        as seconds_to_deliver,
    cast(coalesce(attempts.attempts, 0) as integer) as attempts,
    attempts.delivered_at is not null as is_delivered,
    attempts.delivered_at is null and coalesce(attempts.attempts, 0) >= 8 as is_dead
from messages
left join attempts on messages.message_id = attempts.message_id
