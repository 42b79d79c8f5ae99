select
    kpi_id,
    factor_kpi_id
from {{ source('raw_definitions', 'kpi_factor') }}
where {{ is_in_newest_landing('raw_definitions', 'kpi_factor') }}
