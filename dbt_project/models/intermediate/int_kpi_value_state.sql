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

dated as (
    select
        versions.*,
        kpis.provenance,
        terms.ended_on,
        terms.published_on,
        cast({{ local_time('moments.as_of', 'kpis.time_zone') }} as date) as today,
        cast({{ local_time('versions.known_to', 'kpis.time_zone') }} as date) as superseded_on
    from versions
    inner join kpis on versions.kpi_id = kpis.kpi_id
    inner join terms
        on versions.kpi_id = terms.kpi_id and versions.period_start = terms.period_start
    cross join moments
)

select
    *,
    case
        when published_on <= today and (superseded_on is null or published_on <= superseded_on)
            then 'published'
        else 'provisional'
    end as state
from dated
