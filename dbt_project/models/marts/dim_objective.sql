with objectives as (
    select * from {{ ref('stg_definitions__objective') }}
),

roles as (
    select * from {{ ref('dim_role') }}
)

select
    objectives.objective_id,
    objectives.name,
    objectives.owner,
    roles.name as owner_name,
    roles.acting as owner_person,
    roles.department,
    objectives.unit,
    objectives.period_from,
    objectives.period_to,
    objectives.supports,
    cast(objectives.position as integer) as position
from objectives
left join roles on objectives.owner = roles.role_id
