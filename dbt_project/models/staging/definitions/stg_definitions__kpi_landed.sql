select
    kpi_id,
    grain,
    time_zone,
    calendar_id,
    grace_days,
    _dlt_load_id as load_id
from {{ source('raw_definitions', 'kpi') }}
where {{ is_known('raw_definitions', 'kpi') }}
