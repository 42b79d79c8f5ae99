{{ config(materialized='view') }}

{%- set period_over = utc_time('terms.ended_on', 'kpis.time_zone') %}

with record as (
    select * from {{ ref('stg_values__episode') }}
),

versions as (
    select
        *,
        min(known_at) over (partition by kpi_id) as first_looked_at,
        lag(source_changed_at) over (
            partition by kpi_id, scope, period_start order by version
        ) as changed_before
    from {{ ref('int_kpi_value_version') }}
),

terms as (
    select * from {{ ref('int_kpi_terms') }}
),

kpis as (
    select * from {{ ref('stg_definitions__kpi') }}
),

-- A row that was removed leaves no stamp: then the look that missed it is all that is known.
stamped as (
    select
        *,
        case
            when changed_before is null or source_changed_at > changed_before
                then source_changed_at
        end as stamped_at
    from versions
)

-- The version believed when the episode was first said is the one that brought it about.
select
    record.episode_id,
    case
        when stamped.first_looked_at < greatest(stamped.known_at, {{ period_over }})
            then greatest(
                least(stamped.stamped_at, stamped.known_at),
                {{ period_over }},
                stamped.first_looked_at
            )
    end as breached_at
from record
inner join stamped
    on
        record.kpi_id = stamped.kpi_id
        and record.scope = stamped.scope
        and record.opened_period = stamped.period_start
        and record.known_at >= stamped.known_at
        and (stamped.known_to is null or record.known_at < stamped.known_to)
inner join terms
    on record.kpi_id = terms.kpi_id and record.opened_period = terms.period_start
inner join kpis on record.kpi_id = kpis.kpi_id
where not stamped.is_withdrawn
