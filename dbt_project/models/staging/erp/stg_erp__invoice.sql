{{ config(materialized='newest_rows', key='invoice_id') }}

with versions as (
    select
        *,
        row_number() over (
            partition by invoice_id order by {{ newest_first('changed_at') }}
        ) as version_rank
    from {{ source('raw_erp', 'invoice') }}
    where {{ is_known('raw_erp', 'invoice') }} and {{ is_touched() }}
)

select
    invoice_id,
    site,
    invoice_date,
    category,
    amount_cents,
    changed_at
from versions
where version_rank = 1 and _deleted_at is null
