select
    finding_id,
    kpi_id,
    scope,
    period_start,
    guard,
    kind,
    grade,
    n,
    observed,
    expected,
    p_value,
    question,
    contests,
    evidence,
    innocent_explanations,
    false_alarm_rate
from {{ source('raw_integrity', 'finding') }}
where {{ is_in_newest_landing('raw_integrity', 'finding') }}
