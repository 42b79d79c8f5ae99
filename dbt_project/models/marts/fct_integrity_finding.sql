with findings as (
    select * from {{ ref('stg_integrity__finding') }}
),

breaches as (
    select * from {{ ref('int_kpi_breach') }}
),

scopes as (
    select distinct
        kpi_id,
        scope
    from {{ ref('int_kpi_period') }}
)

select
    finding_id,
    kpi_id,
    scope,
    period_start,
    guard,
    kind,
    grade,
    cast(n as integer) as n,
    observed,
    expected,
    p_value,
    question,
    evidence,
    innocent_explanations,
    false_alarm_rate
from findings

union all

select
    breaches.kpi_id || '.' || coalesce(scopes.scope, 'all')
    || '.seals_intact.' || breaches.breach_id as finding_id,
    breaches.kpi_id,
    coalesce(scopes.scope, 'all') as scope,
    cast(null as date) as period_start,
    'seals_intact' as guard,
    'structural' as kind,
    'D' as grade,
    cast(breaches.row_count as integer) as n,
    breaches.observed,
    'every raw row as it was sealed when it was loaded' as expected,
    {{ measure('null') }} as p_value,
    breaches.observed || '. Who changed it, and what for?' as question,
    breaches.evidence,
    '["a repair of the warehouse that was not told", "a restored backup"]'
        as innocent_explanations,
    {{ measure('0') }} as false_alarm_rate
from breaches
left join scopes on breaches.kpi_id = scopes.kpi_id
