{{ config(materialized='view') }}

with sorter_days as (
    select * from {{ ref('stg_erp__sorter_day') }}
),

downtimes as (
    select * from {{ ref('stg_erp__downtime') }}
),

invoices as (
    select * from {{ ref('stg_erp__invoice') }}
),

-- Every row that adds to a numerator, with the sign and factor it adds with.
day_parts as (
    select
        site,
        work_date,
        sorter_id,
        100 * scheduled_minutes as scheduled,
        60 * parcels_sorted as sorted,
        manual_touches as touches,
        100 * damaged_parcels as damaged
    from sorter_days
),

parts as (
    select 'sorter_uptime' as kpi_id, 'reason_code' as dimension, 'scheduled' as member,
        site, work_date as happened_on, scheduled as amount
    from day_parts
    union all
    select 'sorter_uptime', 'reason_code', reason_code, site, work_date, -100 * minutes
    from downtimes
    union all
    select 'sorter_uptime', 'sorter', sorter_id, site, work_date, scheduled from day_parts
    union all
    select 'sorter_uptime', 'sorter', sorter_id, site, work_date, -100 * minutes from downtimes
    union all
    select 'unplanned_downtime', 'reason_code', reason_code, site, work_date, 100 * minutes
    from downtimes
    where not planned
    union all
    select 'unplanned_downtime', 'sorter', sorter_id, site, work_date, 100 * minutes
    from downtimes
    where not planned
    union all
    select 'sorting_throughput', 'sorter', sorter_id, site, work_date, sorted from day_parts
    union all
    select 'manual_touches', 'sorter', sorter_id, site, work_date, touches from day_parts
    union all
    select 'damage_rate', 'sorter', sorter_id, site, work_date, damaged from day_parts
    union all
    select 'cost_per_parcel', 'category', category, site, invoice_date,
        {{ measure('amount_cents') }} / 100
    from invoices
)

select
    kpi_id,
    site as scope,
    {{ week_of('happened_on') }} as period_start,
    dimension,
    member,
    {{ measure('sum(amount)') }} as numerator_part
from parts
group by kpi_id, site, {{ week_of('happened_on') }}, dimension, member
