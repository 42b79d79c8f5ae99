{{ config(materialized='view') }}

with periods as (
    select * from {{ ref('int_kpi_period') }}
),

verdicts as (
    select * from {{ ref('stg_integrity__verdict') }}
),

settled as (
    select * from {{ ref('int_finding_settlement') }}
),

-- What is not as it was sealed contests every number that rests on it, whatever guards say.
breached as (
    select distinct kpi_id from {{ ref('int_kpi_breach') }}
),

ranked as (
    select
        periods.kpi_id,
        periods.scope,
        periods.period_start,
        case
            when breached.kpi_id is not null then {{ integrity_rank("'contested'") }}
            when verdicts.verdict = 'contested' and settled.contesting = 0
                then {{ integrity_rank("'trusted'") }}
            else {{ integrity_rank('verdicts.verdict') }}
        end as verdict_rank,
        case
            when breached.kpi_id is not null then {{ grade_rank("'D'") }}
            when verdicts.verdict <> 'insufficient' and settled.asking = 0
                then {{ grade_rank("'B'") }}
            else {{ grade_rank('verdicts.grade') }}
        end as grade_rank,
        coalesce(settled.contesting, 0) > 0 as is_contested_itself,
        coalesce(settled.asking, 0) > 0 as is_asked_itself,
        count(*) over (partition by periods.kpi_id, periods.period_start) as members
    from periods
    left join settled
        on
            periods.kpi_id = settled.kpi_id
            and periods.scope = settled.scope
            and periods.period_start = settled.period_start
    left join breached on periods.kpi_id = breached.kpi_id
    left join verdicts
        on
            periods.kpi_id = verdicts.kpi_id
            and periods.scope = verdicts.scope
            and periods.period_start = verdicts.period_start
),

-- A whole is as good as the worst of its parts, and as what is asked of the whole itself.
worst as (
    select
        kpi_id,
        period_start,
        min(verdict_rank) as verdict_rank,
        min(grade_rank) as grade_rank
    from ranked
    where
        scope <> 'all' or members = 1
        or is_contested_itself or is_asked_itself
    group by kpi_id, period_start
)

select
    ranked.kpi_id,
    ranked.scope,
    ranked.period_start,
    case when ranked.scope = 'all' then worst.verdict_rank else ranked.verdict_rank end
        as verdict_rank,
    case when ranked.scope = 'all' then worst.grade_rank else ranked.grade_rank end as grade_rank
from ranked
inner join worst
    on ranked.kpi_id = worst.kpi_id and ranked.period_start = worst.period_start
