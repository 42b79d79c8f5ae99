with episodes as (
    select * from {{ ref('int_episode') }}
),

evaluations as (
    select * from {{ ref('fct_rule_evaluation') }}
    where is_open or closes
),

rules as (
    select * from {{ ref('dim_episode_rule') }}
),

links as (
    select distinct kpi_id from {{ ref('bridge_key_result_kpi') }}
),

moments as (
    select * from {{ ref('int_as_of') }}
),

-- The newest period that was judged says how an episode stands.
newest as (
    select
        *,
        row_number() over (
            partition by kpi_id, scope, rule, episode_number
            order by case when side_state is null then 0 else 1 end, period_start desc
        ) as recency,
        first_value(side_state) over (
            partition by kpi_id, scope, rule, episode_number order by period_start desc
        ) as frozen_by
    from evaluations
)

select
    episodes.episode_id,
    episodes.kpi_id,
    episodes.scope,
    episodes.rule,
    rules.severity,
    rules.alerts = 'always' or (rules.alerts = 'linked' and links.kpi_id is not null) as is_alerted,
    episodes.opened_period,
    terms.ended_on as visible_on,
    episodes.closed_period,
    case
        when episodes.closed_period is not null then 'closed'
        when newest.is_good then 'recovering'
        else 'firing'
    end as state,
    case when episodes.closed_period is null then newest.frozen_by end as frozen_by,
    episodes.closed_period is null as is_open,
    episodes.worst_value,
    newest.value as last_value,
    newest.target,
    newest.floor,
    cast(episodes.periods as integer) as periods,
    newest.episode_number,
    moments.as_of
from episodes
inner join newest
    on
        episodes.kpi_id = newest.kpi_id
        and episodes.scope = newest.scope
        and episodes.rule = newest.rule
        and episodes.episode_number = newest.episode_number
        and newest.recency = 1
left join {{ ref('int_kpi_terms') }} as terms
    on episodes.kpi_id = terms.kpi_id and episodes.opened_period = terms.period_start
inner join rules on episodes.rule = rules.rule
left join links on episodes.kpi_id = links.kpi_id
cross join moments
