{{ config(materialized='view') }}

with key_results as (
    select * from {{ ref('stg_definitions__key_result') }}
),

objectives as (
    select * from {{ ref('stg_definitions__objective') }}
),

measures as (
    select * from {{ ref('stg_definitions__link') }}
    where role = 'measure'
),

stretches as (
    select * from {{ ref('int_key_result_path') }}
),

judgements as (
    select * from {{ ref('int_kpi_judgement') }}
    where is_closed
),

readings as (
    select
        key_results.*,
        objectives.period_from,
        objectives.period_to,
        measures.kpi_id,
        measures.scope,
        measures.weight as link_weight,
        judgements.period_start,
        judgements.period_end,
        judgements.value,
        stretches.stretch_from,
        stretches.stretch_to,
        stretches.progress_from,
        stretches.progress_to
    from key_results
    inner join objectives on key_results.objective_id = objectives.objective_id
    inner join measures on key_results.key_result_id = measures.key_result_id
    inner join judgements
        on
            measures.kpi_id = judgements.kpi_id
            and measures.scope = judgements.scope
            and judgements.period_start between objectives.period_from and objectives.period_to
            and (measures.valid_from is null or measures.valid_from <= judgements.period_start)
            and (measures.valid_to is null or measures.valid_to >= judgements.period_start)
    -- The last period may end after the objective does.
    inner join stretches
        on
            key_results.key_result_id = stretches.key_result_id
            and judgements.period_end > stretches.stretch_from
            and (judgements.period_end <= stretches.stretch_to or stretches.is_last)
)

select
    *,
    {{ is_in_range() }} as is_in_range,
    {{ raw_progress() }} as raw_progress,
    {{ expected_progress() }} as expected_progress
from readings
