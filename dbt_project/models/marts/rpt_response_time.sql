with cases as (
    select * from {{ ref('fct_case_time') }}
)

select
    rule,
    cast(count(*) as integer) as cases,
    {{ measure('percentile_cont(0.5) within group (order by days_to_detect)') }}
        as median_days_to_detect,
    {{ measure('percentile_cont(0.5) within group (order by days_to_decide)') }}
        as median_days_to_decide,
    {{ measure('percentile_cont(0.5) within group (order by days_to_act)') }}
        as median_days_to_act
from cases
group by rule
