with receipts as (
    select * from {{ ref('stg_receipts__receipt') }}
),

loads as (
    select
        source,
        load_id,
        max(seen_at) as seen_at
    from receipts
    group by source, load_id
    having sum(seen) > 0
)

select
    source,
    load_id,
    seen_at,
    row_number() over (partition by source order by seen_at desc, load_id desc) = 1 as is_latest
from loads
