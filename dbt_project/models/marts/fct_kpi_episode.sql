with states as (
    select * from {{ ref('int_episode_state') }}
    where is_open or closes
),

moments as (
    select * from {{ ref('int_as_of') }}
),

newest as (
    select
        *,
        row_number() over (
            partition by kpi_id, scope, rule, episode_number order by period_start desc
        ) as recency
    from states
),

episodes as (
    select
        kpi_id,
        scope,
        rule,
        episode_number,
        min(period_start) as opened_period,
        max(case when closes then period_start end) as closed_period,
        case
            when min(direction) = 'lower_is_better' then max(value)
            else min(value)
        end as worst_value,
        sum(case when is_open then 1 else 0 end) as periods
    from states
    group by kpi_id, scope, rule, episode_number
)

select
    episodes.kpi_id || '.' || episodes.scope || '.' || episodes.rule || '.'
    || cast(episodes.opened_period as {{ dbt.type_string() }}) as episode_id,
    episodes.kpi_id,
    episodes.scope,
    episodes.rule,
    episodes.opened_period,
    episodes.closed_period,
    case
        when episodes.closed_period is not null then 'closed'
        when newest.is_good then 'recovering'
        else 'firing'
    end as state,
    episodes.closed_period is null as is_open,
    episodes.worst_value,
    newest.value as last_value,
    newest.target,
    newest.floor,
    cast(episodes.periods as integer) as periods,
    moments.as_of
from episodes
inner join newest
    on
        episodes.kpi_id = newest.kpi_id
        and episodes.scope = newest.scope
        and episodes.rule = newest.rule
        and episodes.episode_number = newest.episode_number
        and newest.recency = 1
cross join moments
