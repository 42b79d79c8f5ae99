select
    kpi_id,
    valid_from,
    target,
    floor,
    _dlt_load_id as load_id
from {{ source('raw_definitions', 'kpi_target') }}
where {{ is_known('raw_definitions', 'kpi_target') }}
