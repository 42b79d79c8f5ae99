with breaches as (
    select * from {{ ref('stg_ledger__breach') }}
),

lineage as (
    select * from {{ ref('int_kpi_raw_table') }}
),

-- Of the guards' verdicts only the newest landing counts, and so do breaches in it.
landings as (
    select
        'raw_integrity' as dataset,
        {{ newest_landing('raw_integrity') }} as load_id
)

select
    lineage.kpi_id,
    breaches.breach_id,
    breaches.dataset,
    breaches.table_name,
    breaches.load_id,
    breaches.row_count,
    breaches.observed,
    breaches.evidence,
    breaches.found_at
from breaches
inner join lineage
    on breaches.dataset = lineage.dataset and breaches.table_name = lineage.table_name
left join landings on breaches.dataset = landings.dataset
where landings.load_id is null or breaches.load_id >= landings.load_id
