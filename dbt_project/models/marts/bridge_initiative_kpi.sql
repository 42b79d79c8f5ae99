select
    initiatives.initiative_id,
    initiatives.kpi_id,
    initiatives.objective_id,
    initiatives.name,
    initiatives.owner,
    roles.name as owner_name
from {{ ref('stg_definitions__initiative') }} as initiatives
left join {{ ref('dim_role') }} as roles on initiatives.owner = roles.role_id
