{{ config(materialized='view') }}

with changes as (
    select * from {{ ref('int_definition_change') }}
),

versions as (
    select * from {{ ref('int_definition_version') }}
    where kind = 'kpi_target'
),

kpis as (
    select * from {{ ref('stg_definitions__kpi') }}
),

key_results as (
    select * from {{ ref('stg_definitions__key_result') }}
),

-- A new entry takes over from the entry that began before it; ids end in the day of beginning.
predecessors as (
    select
        changes.definition_id,
        changes.field,
        changes.landing_number,
        versions.value,
        row_number() over (
            partition by changes.definition_id, changes.field, changes.landing_number
            order by versions.definition_id desc
        ) as recency
    from changes
    inner join versions
        on
            {{ dbt.split_part('changes.definition_id', "'/'", 1) }}
            = {{ dbt.split_part('versions.definition_id', "'/'", 1) }}
            and changes.field = versions.field
            and changes.definition_id > versions.definition_id
            and changes.landing_number between versions.first_landing and versions.last_landing
    where changes.kind = 'kpi_target' and changes.change = 'added'
)

select
    changes.*,
    coalesce(changes.old_value, predecessors.value) as compared_value,
    case
        when changes.kind = 'kpi_target' and changes.field in ('target', 'floor')
            then case kpis.direction when 'higher_is_better' then 'higher' else 'lower' end
        when changes.kind = 'key_result' and changes.field = 'target'
            then
                case
                    when key_results.kind in ('decrease_to', 'stay_at_or_below') then 'lower'
                    else 'higher'
                end
        when changes.kind = 'key_result' and changes.field = 'low' then 'higher'
        when changes.kind = 'key_result' and changes.field = 'high' then 'lower'
        when changes.kind = 'kpi' and changes.field in ('fire_m', 'recover_k') then 'higher'
        when changes.kind = 'kpi' and changes.field in ('fire_n', 'grace_days') then 'lower'
        when changes.kind = 'policy' and changes.field = 'planned_allowance' then 'lower'
    end as stricter_when
from changes
left join kpis on {{ dbt.split_part('changes.definition_id', "'/'", 1) }} = kpis.kpi_id
left join key_results on changes.definition_id = key_results.key_result_id
left join predecessors
    on
        changes.definition_id = predecessors.definition_id
        and changes.field = predecessors.field
        and changes.landing_number = predecessors.landing_number
        and predecessors.recency = 1
