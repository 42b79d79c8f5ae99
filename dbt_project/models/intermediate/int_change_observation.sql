{{ config(materialized='view') }}

-- Whether what was said of a period was changed afterwards, or what is measured changed in it.
with periods as (
    select * from {{ ref('int_kpi_judgement') }}
    where is_leaf
),

kpis as (
    select * from {{ ref('stg_definitions__kpi') }}
),

restated as (
    select distinct
        kpi_id,
        scope,
        period_start
    from {{ ref('int_restatement_effect') }}
    where materiality = 'material'
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

redefined as (
    select distinct
        periods.kpi_id,
        periods.scope,
        periods.period_start
    from periods
    inner join changed_on
        on
            periods.kpi_id = changed_on.kpi_id
            and changed_on.seen_on between periods.period_start and periods.period_end
)

{% for rule, changed in {'restatement': 'restated', 'definition_changed': 'redefined'}.items() -%}
{%- if not loop.first %}
union all
{% endif -%}
select
    periods.kpi_id,
    periods.scope,
    '{{ rule }}' as rule,
    periods.period_start,
    periods.value,
    periods.target,
    periods.floor,
    periods.direction,
    1 as fire_n,
    1 as fire_m,
    1 as recover_k,
    {{ changed }}.kpi_id is not null as is_bad,
    false as fires_at_once,
    {{ changed }}.kpi_id is null as is_good
from periods
left join {{ changed }}
    on
        periods.kpi_id = {{ changed }}.kpi_id
        and periods.scope = {{ changed }}.scope
        and periods.period_start = {{ changed }}.period_start
{%- endfor %}
