with versions as (
    select * from {{ ref('int_kpi_value_version') }}
),

kpis as (
    select * from {{ ref('stg_definitions__kpi') }}
),

moments as (
    select * from {{ ref('int_as_of') }}
),

-- The first day on which a value stands: what comes after the grace its KPI gives late data.
dated as (
    select
        versions.*,
        kpis.provenance,
        cast({{ days_after('7 + kpis.grace_days', 'versions.period_start') }} as date)
            as published_on,
        cast({{ local_time('moments.as_of', 'kpis.time_zone') }} as date) as today,
        cast({{ local_time('versions.known_to', 'kpis.time_zone') }} as date) as superseded_on
    from versions
    inner join kpis on versions.kpi_id = kpis.kpi_id
    cross join moments
)

select
    kpi_id,
    scope,
    period_start,
    cast({{ days_after(6, 'period_start') }} as date) as period_end,
    version,
    numerator,
    denominator,
    value,
    known_at as known_from,
    known_to,
    is_current,
    is_withdrawn,
    published_on,
    case
        when published_on <= today and (superseded_on is null or published_on <= superseded_on)
            then 'published'
        else 'provisional'
    end as state,
    provenance,
    source_rows,
    source_changed_at,
    source_hash,
    definition_hash,
    model_hash,
    is_facts_change,
    is_formula_change
from dated
