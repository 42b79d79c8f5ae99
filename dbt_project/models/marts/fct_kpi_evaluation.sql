with judgements as (
    select * from {{ ref('int_kpi_judgement') }}
),

integrity as (
    select * from {{ ref('int_integrity_verdict') }}
),

level_episodes as (
    select * from {{ ref('fct_kpi_episode') }}
    where rule = 'level'
),

freshness as (
    select * from {{ ref('fct_source_freshness') }}
),

moments as (
    select * from {{ ref('int_as_of') }}
),

-- Stale are the newest closed period, open ones, and what ended after the source was last heard.
judged as (
    select
        judgements.*,
        integrity.verdict_rank,
        integrity.grade_rank,
        moments.as_of,
        level_episodes.episode_id is not null as is_firing,
        freshness.last_seen_at is null or (
            {{ is_silent('freshness.last_seen_at', 'judgements.grace_days', 'moments.as_of') }}
            and (
                judgements.is_latest
                or not judgements.is_closed
                or judgements.period_end > freshness.last_seen_at
            )
        ) as is_stale
    from judgements
    cross join moments
    inner join integrity
        on
            judgements.kpi_id = integrity.kpi_id
            and judgements.scope = integrity.scope
            and judgements.period_start = integrity.period_start
    left join freshness on judgements.system_of_record = freshness.source
    left join level_episodes
        on
            judgements.kpi_id = level_episodes.kpi_id
            and judgements.scope = level_episodes.scope
            and judgements.is_closed
            and judgements.period_start >= level_episodes.opened_period
            and (
                level_episodes.closed_period is null
                or judgements.period_start < level_episodes.closed_period
            )
)

select
    kpi_id,
    scope,
    period_start,
    period_end,
    value,
    target,
    floor,
    target_valid_from,
    direction,
    is_closed,
    is_leaf,
    is_latest,
    is_beyond_target,
    is_beyond_floor,
    is_firing,
    {{ integrity_of_rank('verdict_rank') }} as integrity_verdict,
    {{ grade_of_rank('grade_rank') }} as integrity_grade,
    {{ kpi_status() }} as status,
    cast(fire_n as {{ dbt.type_string() }}) || ' of ' || cast(fire_m as {{ dbt.type_string() }})
        as rule,
    as_of
from judged
