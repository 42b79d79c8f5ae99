with states as (
    select * from {{ ref('int_rule_state') }}
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
    is_bad,
    is_good,
    fires_at_once,
    cast(bad_count as integer) as bad_count,
    cast(fire_n as integer) as fire_n,
    cast(fire_m as integer) as fire_m,
    cast(good_count as integer) as good_count,
    cast(recover_k as integer) as recover_k,
    side_state,
    state_before,
    state,
    is_open,
    opens,
    closes,
    recovered_by,
    cast(episode_number as integer) as episode_number
from states
