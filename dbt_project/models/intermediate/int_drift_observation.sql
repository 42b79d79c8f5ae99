{{ config(materialized='view') }}

-- XmR signals in the bad direction. The limits come from values before the last eight, so that
-- neither the judged point nor the run it stands in moves what it is judged by.
with judged as (
    select
        *,
        case when direction = 'lower_is_better' then -1 else 1 end as sense
    from {{ ref('int_kpi_side_state') }}
    -- Sums of larger numbers would not fit the type they are exact in.
    where is_leaf and value is not null and side_state is null and abs(value) < 1e18
),

steps as (
    select
        *,
        sense * value as goodness,
        sense * (value - lag(value) over in_order) as step
    from judged
    window in_order as (partition by kpi_id, scope order by period_start)
),

charted as (
    select
        *,
        count(goodness) over baseline as charted_values,
        {{ ratio('sum(goodness) over baseline', 'count(goodness) over baseline') }} as centre,
        {{ ratio('sum(abs(step)) over baseline', 'count(step) over baseline') }} as mean_step,
        max(goodness) over side as best_of_side,
        count(*) filter (where step < 0) over falling as falls
    from steps
    window
        baseline as (
            partition by kpi_id, scope order by period_start
            rows between
            {{ var('drift_baseline') | int + var('drift_one_side') | int - 1 }} preceding
            and {{ var('drift_one_side') }} preceding
        ),
        side as (
            partition by kpi_id, scope order by period_start
            rows between {{ var('drift_one_side') | int - 1 }} preceding and current row
        ),
        falling as (
            partition by kpi_id, scope order by period_start
            rows between {{ var('drift_falls') | int - 1 }} preceding and current row
        )
),

-- 2.66 turns the mean moving range of two into three standard deviations (Shewhart, Wheeler).
signals as (
    select
        *,
        {{ measure('centre - 2.66 * mean_step') }} as limit_of_chance,
        goodness < {{ measure('centre - 2.66 * mean_step') }}
        or best_of_side < centre
        or falls = {{ var('drift_falls') }} as is_bad
    from charted
    where charted_values >= {{ var('drift_baseline_least') }}
)

select
    kpi_id,
    scope,
    'drift' as rule,
    period_start,
    value,
    {{ measure('sense * centre') }} as target,
    {{ measure('sense * limit_of_chance') }} as floor,
    direction,
    1 as fire_n,
    1 as fire_m,
    recover_k,
    is_bad,
    false as fires_at_once,
    not is_bad as is_good
from signals
