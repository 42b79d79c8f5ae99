with key_results as (
    select * from {{ ref('stg_definitions__key_result') }}
),

roles as (
    select * from {{ ref('dim_role') }}
)

select
    key_results.key_result_id,
    key_results.objective_id,
    cast(key_results.position as integer) as position,
    key_results.name,
    key_results.kind,
    key_results.owner,
    roles.name as owner_name,
    roles.acting as owner_person,
    key_results.baseline,
    key_results.target,
    key_results.low,
    key_results.high,
    key_results.weight,
    key_results.path
from key_results
left join roles on key_results.owner = roles.role_id
