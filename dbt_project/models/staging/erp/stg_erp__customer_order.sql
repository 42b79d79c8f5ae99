{{ config(materialized='newest_rows', key='order_id') }}

with versions as (
    select
        *,
        row_number() over (
            partition by order_id order by {{ newest_first('changed_at') }}
        ) as version_rank
    from {{ source('raw_erp', 'customer_order') }}
    where {{ is_known('raw_erp', 'customer_order') }} and {{ is_touched() }}
)

select
    order_id,
    site,
    ordered_at,
    promised_on,
    delivered_on,
    in_full,
    parcels,
    changed_at,
    _seen_at as seen_at
from versions
where version_rank = 1 and _deleted_at is null
