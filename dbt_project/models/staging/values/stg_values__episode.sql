-- An id is minted once: of two that a retried pulse wrote, the first counts.
with minted as (
    select
        kpi_id,
        scope,
        rule,
        opened_period,
        episode_id,
        _seen_at as known_at,
        row_number() over (
            partition by kpi_id, scope, rule, opened_period order by _seen_at asc, _dlt_load_id asc
        ) as age
    from {{ source('raw_values', 'episode') }}
    where {{ is_known('raw_values', 'episode') }}
)

select
    kpi_id,
    scope,
    rule,
    opened_period,
    episode_id,
    known_at
from minted
where age = 1
