with kpis as (
    select * from {{ ref('stg_definitions__kpi') }}
),

roles as (
    select * from {{ ref('dim_role') }}
),

departments as (
    select * from {{ ref('stg_definitions__department') }}
)

select
    kpis.kpi_id,
    kpis.name,
    kpis.description,
    kpis.unit,
    kpis.unit_symbol,
    cast(kpis.decimals as integer) as decimals,
    kpis.direction,
    kpis.grain,
    kpis.time_zone,
    kpis.calendar_id,
    kpis.owner,
    roles.name as owner_name,
    roles.acting as owner_person,
    kpis.department,
    departments.name as department_name,
    kpis.system_of_record,
    kpis.provenance,
    kpis.label,
    cast(kpis.grace_days as integer) as grace_days,
    cast(kpis.fire_n as integer) as fire_n,
    cast(kpis.fire_m as integer) as fire_m,
    cast(kpis.recover_k as integer) as recover_k,
    kpis.definition_hash
from kpis
left join roles on kpis.owner = roles.role_id
left join departments on kpis.department = departments.department_id
