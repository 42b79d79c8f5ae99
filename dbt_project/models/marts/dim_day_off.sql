with calendar as (
    select * from {{ ref('stg_definitions__calendar_span') }}
    where kind = 'day_off'
)

select
    calendar_id,
    begins_on as day,
    ended_on as next_business_day,
    reason
from calendar
