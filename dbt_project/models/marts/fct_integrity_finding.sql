with findings as (
    select * from {{ ref('stg_integrity__finding') }}
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
