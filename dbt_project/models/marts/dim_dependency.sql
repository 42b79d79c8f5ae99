select
    dependencies.dependency_id,
    dependencies.objective_id,
    dependencies.needs,
    dependencies.department,
    departments.name as department_name,
    dependencies.confirmed_by,
    dependencies.confirmed_on,
    dependencies.unconfirmed_by is null as is_confirmed,
    dependencies.unconfirmed_by,
    dependencies.risk_owner,
    roles.name as risk_owner_name
from {{ ref('stg_definitions__dependency') }} as dependencies
left join {{ ref('stg_definitions__department') }} as departments
    on dependencies.department = departments.department_id
left join {{ ref('dim_role') }} as roles on dependencies.risk_owner = roles.role_id
