-- Findings and evidence are receipted too, but nobody is asked for them: they are made here.
with receipts as (
    select *
    from {{ ref('stg_receipts__receipt') }}
    where source not in ('evidence', 'integrity')
),

kpis as (
    select * from {{ ref('stg_definitions__kpi') }}
),

moments as (
    select * from {{ ref('int_as_of') }}
),

newest as (
    select
        source,
        max(seen_at) as last_seen_at
    from receipts
    group by source
),

last_pulls as (
    select
        newest.source,
        newest.last_seen_at,
        cast(sum(receipts.seen) as bigint) as seen,
        cast(sum(receipts.kept) as bigint) as kept,
        cast(sum(receipts.rejected) as bigint) as rejected
    from newest
    inner join receipts
        on newest.source = receipts.source and newest.last_seen_at = receipts.seen_at
    group by newest.source, newest.last_seen_at
),

-- A source is stale once the least patient KPI that rests on it calls it so.
patience as (
    select
        system_of_record as source,
        min(grace_days) as grace_days
    from kpis
    group by system_of_record
)

select
    coalesce(last_pulls.source, patience.source) as source,
    last_pulls.last_seen_at,
    last_pulls.seen,
    last_pulls.kept,
    last_pulls.rejected,
    case
        when last_pulls.last_seen_at is null then 'no_data'
        when {{ is_silent('last_pulls.last_seen_at', 'patience.grace_days', 'moments.as_of') }}
            then 'stale'
        else 'healthy'
    end as status
from last_pulls
full outer join patience on last_pulls.source = patience.source
cross join moments
