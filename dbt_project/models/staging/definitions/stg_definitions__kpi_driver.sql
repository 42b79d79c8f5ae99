select
    kpi_id,
    driver_kpi_id
from {{ source('raw_definitions', 'kpi_driver') }}
where {{ is_in_newest_landing('raw_definitions', 'kpi_driver') }}
