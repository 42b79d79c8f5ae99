with episodes as (
    select * from {{ ref('fct_kpi_episode') }}
),

links as (
    select distinct
        key_result_id,
        kpi_id,
        scope
    from {{ ref('bridge_key_result_kpi') }}
),

checkins as (
    select * from {{ ref('stg_casebook__checkin') }}
),

-- What was declared of a key result before the KPI under it could be seen in breach.
said as (
    select
        episodes.episode_id,
        episodes.visible_on,
        checkins.*,
        max(checkins.declared_at) filter (where checkins.confidence = 'on_track') over (
            partition by episodes.episode_id, checkins.key_result_id
        ) as last_calm_at
    from episodes
    inner join links
        on
            episodes.kpi_id = links.kpi_id
            and (episodes.scope = links.scope or links.scope = 'all')
    inner join checkins
        on
            links.key_result_id = checkins.key_result_id
            and episodes.visible_on > checkins.declared_at
),

-- The first warning that was not taken back before the breach.
warnings as (
    select
        *,
        row_number() over (
            partition by episode_id, key_result_id order by declared_at, sequence
        ) as seniority
    from said
    where confidence <> 'on_track' and (last_calm_at is null or declared_at > last_calm_at)
)

select
    episode_id,
    key_result_id,
    declared_by,
    confidence,
    declared_at,
    reason,
    cast({{ dbt.datediff('declared_at', 'visible_on', 'day') }} as integer) as days_ahead
from warnings
where seniority = 1
