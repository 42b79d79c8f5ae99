{{ config(materialized='view') }}

with links as (
    select * from {{ ref('stg_definitions__link') }}
    where role = 'guardrail'
),

incentives as (
    select distinct kpi_id
    from {{ ref('stg_definitions__kpi_incentive') }}
),

policies as (
    select * from {{ ref('stg_definitions__policy') }}
),

waivers as (
    select * from {{ ref('stg_definitions__waiver') }}
    where rule = 'undeclared_conflict'
),

moments as (
    select * from {{ ref('int_as_of') }}
),

-- A waiver is a decision too, while it lasts: not to decide by a policy.
decided as (
    select
        links.key_result_id,
        links.kpi_id,
        links.scope,
        max(policies.policy_id) as policy_id,
        max(
            'waived by ' || waivers.signed_by || ' until '
            || cast(waivers.valid_to as {{ dbt.type_string() }}) || ': ' || waivers.reason
        ) as waiver
    from links
    inner join incentives on links.kpi_id = incentives.kpi_id
    cross join moments
    left join policies
        on
            links.key_result_id = policies.key_result_id
            and links.kpi_id = policies.guardrail_kpi_id
            and cast(moments.as_of as date) between policies.valid_from and policies.valid_to
    left join waivers
        on
            links.key_result_id = waivers.key_result_id
            and links.kpi_id = waivers.kpi_id
            and cast(moments.as_of as date) between waivers.signed_on and waivers.valid_to
    group by links.key_result_id, links.kpi_id, links.scope
)

select
    key_result_id,
    kpi_id,
    scope,
    case when coalesce(policy_id, waiver) is null then 0 else 1 end as has_policy,
    case when policy_id is null then waiver end as waiver
from decided
