with seals as (
    select * from {{ ref('stg_ledger__seal') }}
),

changes as (
    select
        seal_number,
        count(*) as definitions_changed
    from {{ ref('stg_ledger__definition_file') }}
    group by seal_number
)

select
    seals.seal_number,
    seals.dataset,
    seals.load_id,
    seals.sealed_at,
    seals.is_late,
    seals.row_count,
    cast(coalesce(changes.definitions_changed, 0) as bigint) as definitions_changed,
    seals.log_root,
    row_number() over (order by seals.seal_number desc) = 1 as is_latest
from seals
left join changes on seals.seal_number = changes.seal_number
