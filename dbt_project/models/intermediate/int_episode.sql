{{ config(materialized='view') }}

with states as (
    select * from {{ ref('int_rule_state') }}
    where is_open or closes
),

record as (
    select * from {{ ref('stg_values__episode') }}
),

episodes as (
    select
        kpi_id,
        scope,
        rule,
        episode_number,
        min(period_start) as opened_period,
        max(case when closes then period_start end) as closed_period,
        max(case when opens then recovered_by end) as recovered_before,
        case
            when min(direction) = 'lower_is_better' then max(value)
            else min(value)
        end as worst_value,
        sum(case when is_open and side_state is null then 1 else 0 end) as periods
    from states
    group by kpi_id, scope, rule, episode_number
),

-- What was said to have opened after the last recovery before an episode is this episode.
said as (
    select
        episodes.kpi_id,
        episodes.scope,
        episodes.rule,
        episodes.episode_number,
        record.episode_id,
        row_number() over (
            partition by episodes.kpi_id, episodes.scope, episodes.rule, episodes.episode_number
            order by record.known_at, record.opened_period
        ) as age
    from episodes
    inner join record
        on
            episodes.kpi_id = record.kpi_id
            and episodes.scope = record.scope
            and episodes.rule = record.rule
            and (
                episodes.recovered_before is null
                or episodes.recovered_before < record.opened_period
            )
            and (episodes.closed_period is null or episodes.closed_period >= record.opened_period)
)

select
    episodes.*,
    coalesce(
        said.episode_id,
        episodes.kpi_id || '.' || episodes.scope || '.' || episodes.rule || '.'
        || cast(episodes.opened_period as {{ dbt.type_string() }})
    ) as episode_id
from episodes
left join said
    on
        episodes.kpi_id = said.kpi_id
        and episodes.scope = said.scope
        and episodes.rule = said.rule
        and episodes.episode_number = said.episode_number
        and said.age = 1
