-- An id is minted once: of two that a retried pulse wrote, the first counts; of two ends the last.
with said as (
    select
        kpi_id,
        scope,
        rule,
        opened_period,
        episode_id,
        _seen_at as known_at,
        row_number() over (
            partition by kpi_id, scope, rule, opened_period order by _seen_at asc, _dlt_load_id asc
        ) as age,
        first_value(closed_period) over (
            partition by kpi_id, scope, rule, opened_period
            order by _seen_at desc, _dlt_load_id desc
        ) as closed_period
    from {{ source('raw_values', 'episode') }}
    where {{ is_known('raw_values', 'episode') }}
)

select
    kpi_id,
    scope,
    rule,
    opened_period,
    closed_period,
    episode_id,
    known_at
from said
where age = 1
