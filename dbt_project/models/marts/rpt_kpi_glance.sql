with kpis as (
    select * from {{ ref('dim_kpi') }}
),

links as (
    select * from {{ ref('bridge_key_result_kpi') }}
),

evaluations as (
    select * from {{ ref('fct_kpi_evaluation') }}
    where is_latest
),

episodes as (
    select * from {{ ref('fct_kpi_episode') }}
    where is_open and is_alerted
),

freshness as (
    select * from {{ ref('fct_source_freshness') }}
),

-- A linked scope without a reading is shown too: as no data.
scopes as (
    select
        kpi_id,
        scope
    from links
    union
    select
        kpi_id,
        scope
    from evaluations
),

-- A whole shows the worst of its leaves.
newest as (
    select
        *,
        case
            when is_leaf then {{ status_rank('status') }}
            else min({{ status_rank('status') }}) filter (where is_leaf) over (partition by kpi_id)
        end as shown_rank
    from evaluations
)

select
    scopes.kpi_id,
    scopes.scope,
    kpis.name as kpi_name,
    kpis.owner_name as kpi_owner,
    kpis.department,
    kpis.unit_symbol,
    kpis.decimals,
    kpis.direction,
    kpis.grain,
    kpis.provenance,
    newest.period_start,
    newest.value,
    newest.target,
    newest.floor,
    case
        when newest.kpi_id is null then 'no_data'
        else {{ status_of_rank('newest.shown_rank') }}
    end as status,
    coalesce(newest.integrity_verdict, 'insufficient') as integrity_verdict,
    coalesce(newest.integrity_grade, 'U') as integrity_grade,
    freshness.last_seen_at as source_last_seen_at,
    (
        select min(episodes.episode_id)
        from episodes
        where
            episodes.kpi_id = scopes.kpi_id
            and (episodes.scope = scopes.scope or scopes.scope = 'all')
    ) as open_episode_id
from scopes
inner join kpis on scopes.kpi_id = kpis.kpi_id
left join newest on scopes.kpi_id = newest.kpi_id and scopes.scope = newest.scope
left join freshness on kpis.system_of_record = freshness.source
