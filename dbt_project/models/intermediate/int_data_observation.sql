{{ config(materialized='view') }}

-- Whether there is a number that can be judged. One period says it; the next one that has, ends it.
with periods as (
    select * from {{ ref('int_kpi_side_state') }}
    where is_leaf
),

said as (
    select
        *,
        'no_data' as rule,
        is_missing as is_bad
    from periods
    where is_due
    union all
    select
        *,
        'stale_feed' as rule,
        is_unheard as is_bad
    from periods
    where is_due and is_unheard is not null
    union all
    select
        *,
        'contested' as rule,
        is_contested as is_bad
    from periods
)

select
    kpi_id,
    scope,
    rule,
    period_start,
    value,
    target,
    floor,
    direction,
    1 as fire_n,
    1 as fire_m,
    1 as recover_k,
    is_bad,
    false as fires_at_once,
    not is_bad as is_good
from said
