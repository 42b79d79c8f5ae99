select
    kpi_id,
    department,
    share_of_bonus
from {{ source('raw_definitions', 'kpi_incentive') }}
where {{ is_in_newest_landing('raw_definitions', 'kpi_incentive') }}
