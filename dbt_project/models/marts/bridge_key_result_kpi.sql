with links as (
    select * from {{ ref('stg_definitions__link') }}
)

select
    key_result_id,
    kpi_id,
    role,
    scope,
    weight,
    cast(lag_periods as integer) as lag_periods,
    execution_owner,
    valid_from,
    valid_to,
    cast(position as integer) as position
from links
