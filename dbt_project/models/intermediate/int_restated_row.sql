{{ config(materialized='view') }}

with versions as (
    select * from {{ ref('stg_erp__row_version') }}
    union all
    select * from {{ ref('stg_sheets__row_version') }}
),

-- The loads that were heard between a version of a value and the one before.
loads as (
    select distinct
        restatements.kpi_id,
        restatements.scope,
        restatements.period_start,
        restatements.version,
        terms.ended_on,
        tables.table_name,
        receipts.load_id
    from {{ ref('int_restatement') }} as restatements
    inner join {{ ref('int_kpi_terms') }} as terms
        on
            restatements.kpi_id = terms.kpi_id
            and restatements.period_start = terms.period_start
    inner join {{ ref('int_kpi_raw_table') }} as tables on restatements.kpi_id = tables.kpi_id
    inner join {{ ref('stg_receipts__receipt') }} as receipts
        on
            tables.dataset = 'raw_' || receipts.source
            and tables.table_name = receipts.table_name
            and restatements.from_known_at < receipts.seen_at
            and restatements.restated_at >= receipts.seen_at
    where restatements.class not in ('formula', 'target')
),

arrived as (
    select versions.* from versions
    where versions.load_id in (select loads.load_id from loads)
),

-- What was said of the same row before it arrived: it may have been of another day, or site.
dated as (
    select
        arrived.*,
        previous.dated_on as previously_dated_on,
        previous.site as previous_site,
        previous.row_key is null as is_new
    from arrived
    left join versions as previous
        on
            arrived.table_name = previous.table_name
            and arrived.row_key = previous.row_key
            and arrived.seen_at > previous.seen_at
    qualify
        row_number() over (
            partition by arrived.table_name, arrived.row_key, arrived.load_id
            order by previous.seen_at desc nulls last
        ) = 1
)

select
    loads.kpi_id,
    loads.scope,
    loads.period_start,
    loads.version,
    loads.table_name,
    dated.row_key,
    dated.place,
    case when dated.is_tombstone then 'deleted' when dated.is_new then 'added' else 'changed' end
        as fate,
    dated.changed_by,
    dated.changed_at,
    dated.seen_at
from loads
inner join dated on loads.table_name = dated.table_name and loads.load_id = dated.load_id
where
    loads.scope in ('all', dated.site, dated.previous_site)
    and (
        dated.dated_on >= loads.period_start and dated.dated_on < loads.ended_on
        or dated.previously_dated_on >= loads.period_start
        and dated.previously_dated_on < loads.ended_on
    )
