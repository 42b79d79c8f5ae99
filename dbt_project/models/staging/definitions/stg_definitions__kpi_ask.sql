select
    kpi_id,
    department
from {{ source('raw_definitions', 'kpi_ask') }}
where {{ is_in_newest_landing('raw_definitions', 'kpi_ask') }}
