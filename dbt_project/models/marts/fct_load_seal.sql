with seals as (
    select * from {{ ref('stg_ledger__seal') }}
),

moments as (
    select * from {{ ref('int_as_of') }}
),

changes as (
    select
        seal_number,
        count(*) as definitions_changed
    from {{ ref('stg_ledger__definition_file') }}
    group by seal_number
),

known as (
    select
        seals.*,
        -- The pulse that judges goes on sealing: what came before it no longer moves.
        max(case when seals.sealed_at < moments.as_of then seals.seal_number end) over () as latest
    from seals
    cross join moments
    where seals.sealed_at <= moments.as_of
)

select
    known.seal_number,
    known.dataset,
    known.load_id,
    known.sealed_at,
    known.is_late,
    known.row_count,
    cast(coalesce(changes.definitions_changed, 0) as bigint) as definitions_changed,
    known.log_root,
    coalesce(known.seal_number = known.latest, false) as is_latest
from known
left join changes on known.seal_number = changes.seal_number
