with episodes as (
    select * from {{ ref('fct_kpi_episode') }}
),

events as (
    select * from {{ ref('stg_casebook__case_event') }}
),

sources as (
    select * from {{ ref('int_episode_source') }}
),

alerts as (
    select * from {{ ref('fct_alert_delivery') }}
    where kind = 'open'
),

acts as (
    select
        case_id,
        min(happened_at) filter (where kind = 'opened') as detected_at,
        min(happened_at) filter (where kind = 'audit_finished') as audited_at,
        min(happened_at) filter (where kind = 'decided') as decided_at,
        min(happened_at) filter (where kind = 'acted') as acted_at
    from events
    group by case_id
),

-- One message may tell of several cases; told is who got the first of them, on any channel.
told as (
    select
        episodes.episode_id,
        min(alerts.delivered_at) as alerted_at
    from episodes
    inner join alerts
        on {{ dbt.position("'\"' || episodes.episode_id || '\"'", 'alerts.case_ids') }} > 0
    group by episodes.episode_id
)

select
    episodes.episode_id,
    episodes.kpi_id,
    episodes.scope,
    episodes.rule,
    episodes.is_open,
    episodes.visible_on,
    sources.breached_at,
    acts.detected_at,
    told.alerted_at,
    acts.audited_at,
    acts.decided_at,
    acts.acted_at,
    cast({{ dbt.datediff('sources.breached_at', 'told.alerted_at', 'second') }} as bigint)
        as seconds_to_alert,
    cast({{ dbt.datediff('episodes.visible_on', 'acts.detected_at', 'day') }} as integer)
        as days_to_detect,
    cast({{ dbt.datediff('acts.detected_at', 'acts.decided_at', 'day') }} as integer)
        as days_to_decide,
    cast({{ dbt.datediff('acts.decided_at', 'acts.acted_at', 'day') }} as integer) as days_to_act,
    coalesce(
        coalesce(acts.audited_at, acts.decided_at) is null
        and {{ days_after(var('case_answer_days'), 'acts.detected_at') }} < episodes.as_of,
        false
    ) as is_late,
    episodes.as_of
from episodes
left join acts on episodes.episode_id = acts.case_id
left join sources on episodes.episode_id = sources.episode_id
left join told on episodes.episode_id = told.episode_id
