with drivers as (
    select * from {{ ref('stg_definitions__kpi_driver') }}
)

select
    kpi_id,
    driver_kpi_id
from drivers
