{{ config(materialized='view') }}

-- Whether what was said of a period was changed afterwards, or what is measured changed in it.
with periods as (
    select * from {{ ref('int_kpi_judgement') }}
    where is_leaf
),

kpis as (
    select * from {{ ref('stg_definitions__kpi') }}
),

changes as (
    select
        {{ dbt.split_part('definition_id', "'/'", 1) }} as kpi_id,
        seen_at
    from {{ ref('int_definition_change') }}
    where kind in ('kpi', 'kpi_target', 'kpi_guard')
    union all
    select
        kpi_id,
        known_at as seen_at
    from {{ ref('int_kpi_formula_version') }}
    where old_hash <> model_hash
),

changed_on as (
    select distinct
        kpis.kpi_id,
        cast({{ local_time('changes.seen_at', 'kpis.time_zone') }} as date) as seen_on
    from changes
    inner join kpis on changes.kpi_id = kpis.kpi_id
),

changed as (
    select
        'restatement' as rule,
        kpi_id,
        scope,
        period_start
    from {{ ref('int_restatement_effect') }}
    where materiality = 'material'
    union
    select
        'definition_changed' as rule,
        periods.kpi_id,
        periods.scope,
        periods.period_start
    from periods
    inner join changed_on
        on
            periods.kpi_id = changed_on.kpi_id
            and changed_on.seen_on between periods.period_start and periods.period_end
),

rules (rule) as (values ('restatement'), ('definition_changed'))

select
    periods.kpi_id,
    periods.scope,
    rules.rule,
    periods.period_start,
    periods.value,
    periods.target,
    periods.floor,
    periods.direction,
    1 as fire_n,
    1 as fire_m,
    1 as recover_k,
    changed.kpi_id is not null as is_bad,
    false as fires_at_once,
    changed.kpi_id is null as is_good
from periods
cross join rules
left join changed
    on
        rules.rule = changed.rule
        and periods.kpi_id = changed.kpi_id
        and periods.scope = changed.scope
        and periods.period_start = changed.period_start
