select
    kpi_id,
    calendar_id,
    maintenance_id,
    scope,
    begins_at,
    ends_at,
    cast(begins_local as date) as begins_on,
    cast(ends_local as date) as ends_on,
    {{ measure(minutes_between('begins_at', 'ends_at')) }} as minutes,
    reason,
    approved_by,
    approved_on,
    known_at,
    effect
from {{ ref('int_planned_maintenance') }}
