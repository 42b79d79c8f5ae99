with cases as (
    select * from {{ ref('fct_case_time') }}
)

select
    coalesce(rule, 'all') as rule,
    cast(count(*) as integer) as cases,
    cast(count(seconds_to_alert) as integer) as alerts_timed,
    {{ measure('percentile_cont(0.5) within group (order by seconds_to_alert)') }}
        as median_seconds_to_alert,
    {{ measure('percentile_cont(0.95) within group (order by seconds_to_alert)') }}
        as p95_seconds_to_alert,
    {{ measure('percentile_cont(0.5) within group (order by days_to_detect)') }}
        as median_days_to_detect,
    {{ measure('percentile_cont(0.5) within group (order by days_to_decide)') }}
        as median_days_to_decide,
    {{ measure('percentile_cont(0.5) within group (order by days_to_act)') }}
        as median_days_to_act
from cases
group by grouping sets ((rule), ())
