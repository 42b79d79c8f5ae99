with policies as (
    select * from {{ ref('stg_definitions__policy') }}
)

select
    policy_id,
    name,
    key_result_id,
    guardrail_kpi_id,
    guardrail_scope,
    effort_kpi_id,
    effort_scope,
    cast(window_periods as integer) as window_periods,
    planned_allowance,
    exempt_causes,
    approved_by,
    approved_on,
    valid_from,
    valid_to,
    dispute_route
from policies
