with targets as (
    select * from {{ ref('stg_definitions__kpi_target') }}
)

select
    kpi_id,
    valid_from,
    target,
    floor,
    approved_by,
    approved_on
from targets
