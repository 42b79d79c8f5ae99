with readings as (
    select * from {{ ref('int_kpi_value') }}
),

kpis as (
    select * from {{ ref('stg_definitions__kpi') }}
),

moments as (
    select * from {{ ref('int_as_of') }}
)

select
    readings.kpi_id,
    readings.scope,
    readings.period_start,
    readings.numerator,
    readings.denominator,
    readings.value,
    readings.source_rows,
    readings.source_changed_at,
    readings.source_hash,
    moments.as_of as known_at,
    kpis.provenance
from readings
inner join kpis on readings.kpi_id = kpis.kpi_id
cross join moments
