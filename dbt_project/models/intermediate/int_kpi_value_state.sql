{{ config(materialized='view') }}

with versions as (
    select * from {{ ref('int_kpi_value_version') }}
),

kpis as (
    select * from {{ ref('stg_definitions__kpi') }}
),

terms as (
    select * from {{ ref('int_kpi_terms') }}
),

moments as (
    select * from {{ ref('int_as_of') }}
),

receipts as (
    select distinct
        source,
        seen_at
    from {{ ref('stg_receipts__receipt') }}
),

dated as (
    select
        versions.*,
        kpis.provenance,
        kpis.system_of_record,
        terms.ended_on,
        terms.published_on,
        cast({{ local_time('moments.as_of', 'kpis.time_zone') }} as date) as today,
        cast({{ local_time('versions.known_to', 'kpis.time_zone') }} as date) as superseded_on,
        greatest(
            versions.known_at, {{ utc_time('terms.ended_on', 'kpis.time_zone') }}
        ) as complete_from
    from versions
    inner join kpis on versions.kpi_id = kpis.kpi_id
    inner join terms
        on versions.kpi_id = terms.kpi_id and versions.period_start = terms.period_start
    cross join moments
)

-- What was seen of a period before its end, and not again until something else was seen, says
-- nothing of the whole period: nobody published it.
select
    dated.*,
    case
        when dated.published_on > dated.today then 'provisional'
        when dated.superseded_on is null then 'published'
        when
            dated.published_on <= dated.superseded_on and receipts.seen_at < dated.known_to
            then 'published'
        else 'provisional'
    end as state
from dated
asof left join receipts
    on dated.system_of_record = receipts.source and dated.complete_from <= receipts.seen_at
