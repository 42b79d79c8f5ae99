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

moments as (
    select * from {{ ref('int_as_of') }}
)

select
    links.key_result_id,
    links.kpi_id,
    links.scope,
    max(case when policies.policy_id is null then 0 else 1 end) as has_policy
from links
inner join incentives on links.kpi_id = incentives.kpi_id
cross join moments
left join policies
    on
        links.key_result_id = policies.key_result_id
        and links.kpi_id = policies.guardrail_kpi_id
        and cast(moments.as_of as date) between policies.valid_from and policies.valid_to
group by links.key_result_id, links.kpi_id, links.scope
