with asks as (
    select * from {{ ref('stg_definitions__kpi_ask') }}
)

select
    kpi_id,
    department
from asks
