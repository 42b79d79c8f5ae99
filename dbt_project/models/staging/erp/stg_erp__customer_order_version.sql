select
    order_id,
    site,
    promised_on,
    delivered_on,
    in_full,
    changed_at,
    _seen_at as seen_at,
    _deleted_at is not null as is_tombstone
from {{ source('raw_erp', 'customer_order') }}
where {{ is_known('raw_erp', 'customer_order') }}
