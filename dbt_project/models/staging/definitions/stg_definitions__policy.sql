select
    policy_id,
    name,
    key_result_id,
    guardrail_kpi_id,
    guardrail_scope,
    effort_kpi_id,
    effort_scope,
    window_periods,
    planned_allowance,
    exempt_causes,
    approved_by,
    approved_on,
    valid_from,
    valid_to,
    dispute_route
from {{ source('raw_definitions', 'policy') }}
where {{ is_in_newest_landing('raw_definitions', 'policy') }}
