with incentives as (
    select * from {{ ref('stg_definitions__kpi_incentive') }}
)

select
    kpi_id,
    department,
    share_of_bonus
from incentives
