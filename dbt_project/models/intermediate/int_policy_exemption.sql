{{ config(materialized='view') }}

with policies as (
    select * from {{ ref('stg_definitions__policy') }}
    where exempt_causes is not null
),

contributions as (
    select * from {{ ref('int_contribution_part') }}
    where dimension = 'reason_code'
)

select
    policies.policy_id,
    contributions.period_start,
    {{ measure('sum(contributions.numerator_part)') }} as numerator_part
from policies
inner join contributions
    on
        policies.guardrail_kpi_id = contributions.kpi_id
        and policies.guardrail_scope in (contributions.scope, 'all')
        and {{ is_listed('contributions.member', 'policies.exempt_causes') }}
group by policies.policy_id, contributions.period_start
