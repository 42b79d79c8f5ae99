with objectives as (
    select * from {{ ref('dim_objective') }}
),

objective_progress as (
    select * from {{ ref('fct_objective_progress') }}
    where is_latest
),

key_results as (
    select * from {{ ref('dim_key_result') }}
),

key_result_progress as (
    select * from {{ ref('fct_key_result_progress') }}
    where is_latest
),

links as (
    select * from {{ ref('bridge_key_result_kpi') }}
),

glances as (
    select * from {{ ref('rpt_kpi_glance') }}
),

moments as (
    select * from {{ ref('int_as_of') }}
)

select
    moments.as_of,
    objectives.objective_id,
    objectives.name as objective_name,
    objectives.owner_name as objective_owner,
    objectives.position as objective_position,
    coalesce(objective_progress.status, 'pending') as objective_status,
    objective_progress.progress as objective_progress,
    objective_progress.expected_progress as objective_expected_progress,
    objectives.period_from,
    objectives.period_to,
    key_results.key_result_id,
    key_results.name as key_result_name,
    key_results.position as key_result_position,
    coalesce(key_result_progress.status, 'pending') as key_result_status,
    key_result_progress.progress as key_result_progress,
    key_result_progress.expected_progress as key_result_expected_progress,
    glances.kpi_id,
    glances.kpi_name,
    glances.scope,
    links.role,
    links.weight,
    links.lag_periods,
    links.position as link_position,
    glances.kpi_owner,
    glances.department,
    glances.unit_symbol,
    glances.decimals,
    glances.direction,
    glances.grain,
    glances.period_start,
    glances.value,
    glances.target,
    glances.floor,
    glances.status,
    glances.integrity_verdict,
    glances.integrity_grade,
    glances.provenance,
    glances.source_last_seen_at,
    glances.open_episode_id
from objectives
inner join key_results on objectives.objective_id = key_results.objective_id
inner join links on key_results.key_result_id = links.key_result_id
inner join glances on links.kpi_id = glances.kpi_id and links.scope = glances.scope
cross join moments
left join objective_progress on objectives.objective_id = objective_progress.objective_id
left join key_result_progress on key_results.key_result_id = key_result_progress.key_result_id
where
    (links.valid_from is null or links.valid_from <= moments.as_of)
    and (links.valid_to is null or cast(moments.as_of as date) <= links.valid_to)
