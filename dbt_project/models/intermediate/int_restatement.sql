{{ config(materialized='view') }}

with versions as (
    select
        *,
        lag(value) over in_order as from_value,
        lag(known_at) over in_order as from_known_at,
        lag(state) over in_order as from_state
    from {{ ref('int_kpi_value_state') }}
    window in_order as (partition by kpi_id, scope, period_start order by version)
),

targets as (
    select * from {{ ref('int_kpi_target_in_force') }}
),

target_changes as (
    select
        {{ dbt.split_part('definition_id', "'/'", 1) }} as kpi_id,
        max(seen_at) as seen_at
    from {{ ref('int_definition_change') }}
    where kind = 'kpi_target'
    group by {{ dbt.split_part('definition_id', "'/'", 1) }}
)

select
    versions.kpi_id,
    versions.scope,
    versions.period_start,
    versions.version,
    versions.known_at as restated_at,
    versions.from_known_at,
    case
        when versions.is_formula_change then 'formula'
        when versions.provenance = 'typed' then 'manual'
        when versions.is_facts_change then 'event'
        else 'master_data'
    end as class,
    versions.is_facts_change,
    versions.from_value,
    versions.value as to_value,
    targets.target as from_target,
    targets.target as to_target,
    targets.floor as from_floor,
    targets.floor as to_floor
from versions
left join targets
    on versions.kpi_id = targets.kpi_id and versions.period_start = targets.period_start
where versions.from_state = 'published' and versions.from_value is distinct from versions.value

union all

-- A target moved under a published period: the judgement stays, the attempt is on record.
select
    versions.kpi_id,
    versions.scope,
    versions.period_start,
    versions.version,
    coalesce(target_changes.seen_at, targets.known_at) as restated_at,
    versions.known_at as from_known_at,
    'target' as class,
    false as is_facts_change,
    versions.value as from_value,
    versions.value as to_value,
    targets.target as from_target,
    targets.stated_target as to_target,
    targets.floor as from_floor,
    targets.stated_floor as to_floor
from versions
inner join targets
    on versions.kpi_id = targets.kpi_id and versions.period_start = targets.period_start
left join target_changes on versions.kpi_id = target_changes.kpi_id
where
    versions.is_current and versions.state = 'published'
    and (
        targets.target is distinct from targets.stated_target
        or targets.floor is distinct from targets.stated_floor
    )
