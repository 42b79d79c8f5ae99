with drivers as (
    select * from {{ ref('stg_definitions__kpi_driver') }}
),

factors as (
    select * from {{ ref('stg_definitions__kpi_factor') }}
)

select
    kpi_id,
    driver_kpi_id,
    false as is_factor
from drivers
union all
select
    kpi_id,
    factor_kpi_id as driver_kpi_id,
    true as is_factor
from factors
