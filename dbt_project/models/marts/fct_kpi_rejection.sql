with lineage as (
    select * from {{ ref('int_kpi_raw_table') }}
),

receipts as (
    select * from {{ ref('stg_receipts__receipt') }}
    where rejected > 0
),

terms as (
    select * from {{ ref('int_kpi_terms') }}
),

kpis as (
    select * from {{ ref('stg_definitions__kpi') }}
),

-- On which day, where the KPI's calendar hangs, a look left rows of its tables out.
looks as (
    select
        kpis.kpi_id,
        receipts.source,
        receipts.table_name,
        receipts.rejected,
        receipts.seen_at,
        cast({{ local_time('receipts.seen_at', 'kpis.time_zone') }} as date) as seen_on
    from receipts
    inner join lineage
        on
            'raw_' || receipts.source = lineage.dataset
            and receipts.table_name = lineage.table_name
    inner join kpis on lineage.kpi_id = kpis.kpi_id
)

select
    terms.kpi_id,
    terms.period_start,
    looks.source,
    looks.table_name,
    cast(sum(looks.rejected) as bigint) as rejected_rows,
    max(looks.seen_at) as last_rejected_at
from looks
inner join terms
    on
        looks.kpi_id = terms.kpi_id
        and looks.seen_on between terms.period_start and terms.published_on
group by terms.kpi_id, terms.period_start, looks.source, looks.table_name
