{{ config(materialized='view') }}

-- A window takes out only what came after it was approved and after it was known here; what stands
-- in the first landing was there before anything was. A backdated approval is a window of its own.
with landed as (
    select * from {{ ref('stg_definitions__maintenance_landed') }}
),

landings as (
    select * from {{ ref('stg_definitions__landing') }}
),

kpis as (
    select * from {{ ref('stg_definitions__kpi') }}
    where calendar_id is not null
),

dated as (
    select
        landed.*,
        landings.landing_number,
        landings.superseded_at is null as is_in_force,
        min(landings.known_at) over same_window as known_at,
        min(landings.landing_number) over same_window as first_landing
    from landed
    inner join landings on landed.load_id = landings.load_id
    window same_window as (
        partition by
            landed.calendar_id, landed.maintenance_id, landed.scope, landed.begins_at,
            landed.ends_at, landed.approved_on
    )
),

local as (
    select
        kpis.kpi_id,
        kpis.planned_maintenance,
        dated.*,
        {{ local_time('dated.begins_at', 'kpis.time_zone') }} as begins_local,
        {{ local_time('dated.ends_at', 'kpis.time_zone') }} as ends_local
    from dated
    inner join kpis on dated.calendar_id = kpis.calendar_id
    where dated.is_in_force
)

select
    kpi_id,
    calendar_id,
    maintenance_id,
    scope,
    begins_at,
    ends_at,
    begins_local,
    ends_local,
    reason,
    approved_by,
    approved_on,
    known_at,
    case
        when
            approved_on > cast(begins_local as date)
            or (known_at > begins_at and first_landing > 1)
            then 'approved_late'
        else planned_maintenance
    end as effect
from local
