with progress as (
    select * from {{ ref('int_key_result_progress') }}
),

measures as (
    select * from {{ ref('bridge_key_result_kpi') }}
    where role = 'measure'
),

evaluations as (
    select * from {{ ref('fct_kpi_evaluation') }}
),

moments as (
    select * from {{ ref('int_as_of') }}
),

-- What is wrong with the numbers a key result is measured by.
trust as (
    select
        measures.key_result_id,
        evaluations.period_start,
        min({{ integrity_rank('evaluations.integrity_verdict') }}) as integrity_rank,
        max(case when evaluations.status = 'stale' then 1 else 0 end) = 1 as is_stale
    from measures
    inner join evaluations
        on measures.kpi_id = evaluations.kpi_id and measures.scope = evaluations.scope
    group by measures.key_result_id, evaluations.period_start
),

paced as (
    select
        progress.*,
        {{ clamped('progress.raw_progress') }} as progress,
        trust.integrity_rank,
        trust.is_stale,
        moments.as_of,
        {{ pace_status('progress.raw_progress', 'progress.expected_progress') }} as pace,
        row_number() over (
            partition by progress.key_result_id order by progress.period_start desc
        ) as recency
    from progress
    inner join trust
        on
            progress.key_result_id = trust.key_result_id
            and progress.period_start = trust.period_start
    cross join moments
)

select
    key_result_id,
    period_start,
    value,
    baseline,
    target,
    raw_progress,
    {{ measure('progress') }} as progress,
    raw_progress > 1 as overshoot,
    expected_progress,
    coverage,
    cast(worst_run as integer) as worst_run,
    case
        when integrity_rank = 1 then 'contested'
        when is_stale then 'stale'
        when raw_progress is null then 'no_data'
        when pace = 'healthy' and integrity_rank <> 3 then 'pending'
        else pace
    end as status,
    recency = 1 as is_latest,
    {{ integrity_of_rank('integrity_rank') }} as integrity_verdict,
    as_of
from paced
