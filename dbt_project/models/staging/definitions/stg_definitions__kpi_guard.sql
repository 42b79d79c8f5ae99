select
    kpi_id,
    guard,
    parameters
from {{ source('raw_definitions', 'kpi_guard') }}
where {{ is_in_newest_landing('raw_definitions', 'kpi_guard') }}
