{{ config(materialized='view') }}

-- A key result that was reached goes on being watched after its objective closed: it relapses when
-- it loses half of the way again.
with scores as (
    select * from {{ ref('int_key_result_score') }}
),

key_results as (
    select * from {{ ref('stg_definitions__key_result') }}
),

objectives as (
    select * from {{ ref('stg_definitions__objective') }}
),

measures as (
    select * from {{ ref('stg_definitions__link') }}
    where role = 'measure'
),

judgements as (
    select * from {{ ref('int_kpi_judgement') }}
    where is_closed and value is not null
),

watched as (
    select
        key_results.*,
        judgements.period_start,
        judgements.value
    from scores
    inner join key_results on scores.key_result_id = key_results.key_result_id
    inner join objectives on key_results.objective_id = objectives.objective_id
    inner join measures on scores.key_result_id = measures.key_result_id
    inner join judgements
        on
            measures.kpi_id = judgements.kpi_id
            and measures.scope = judgements.scope
            and objectives.period_to < judgements.period_start
            and {{ days_after(var('relapse_days'), 'objectives.period_to') }}
            >= judgements.period_start
    where scores.raw_score >= 1 and {{ is_moving('key_results.kind') }}
),

kept as (
    select
        key_result_id,
        period_start,
        {{ raw_progress() }} as raw_progress
    from watched
)

select
    *,
    raw_progress <= {{ var('relapse_below') }} as is_relapsed
from kept
