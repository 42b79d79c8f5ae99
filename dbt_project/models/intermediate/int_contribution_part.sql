{{ config(materialized='view') }}

{#
  What adds to a numerator and a denominator, with sign and factor: KPI, dimension, member, amount,
  base, rows, filter. Only what is additive is listed: the parts of a KPI over a dimension sum to it.
  A member without a base has no ratio of its own, as a reason has no scheduled hours.
#}
{% set shared, hours, sorted = 'null', '100 * scheduled_minutes', '60 * parcels_sorted' %}
{% set lost, found, damaged = '100 * minutes', '-100 * lost_minutes', '100 * damaged_parcels' %}
{% set back_in = '100 * (lost_minutes - scheduled_minutes)' %}
{% set uptime = "kpi_id = 'sorter_uptime'" %}
{% set unplanned = "kpi_id = 'unplanned_downtime' and not planned" %}
{% set additions = [
    ('sorter_uptime', 'reason_code', "'scheduled'", hours, shared, 'sorter_days', 'true'),
    ('sorter_uptime', 'reason_code', 'reason_code', '-100 * minutes', shared, 'downtimes', 'true'),
    ('sorter_uptime', 'reason_code', 'reason_code', back_in, shared, 'excused', uptime),
    ('sorter_uptime', 'sorter', 'sorter_id', hours, 'scheduled_minutes', 'sorter_days', 'true'),
    ('sorter_uptime', 'sorter', 'sorter_id', '-100 * minutes', '0', 'downtimes', 'true'),
    ('sorter_uptime', 'sorter', 'sorter_id', back_in, '-scheduled_minutes', 'excused', uptime),
    ('unplanned_downtime', 'reason_code', 'reason_code', lost, shared, 'downtimes', 'not planned'),
    ('unplanned_downtime', 'reason_code', 'reason_code', found, shared, 'excused', unplanned),
    ('unplanned_downtime', 'sorter', 'sorter_id', '0', 'scheduled_minutes', 'sorter_days', 'true'),
    ('unplanned_downtime', 'sorter', 'sorter_id', lost, '0', 'downtimes', 'not planned'),
    ('unplanned_downtime', 'sorter', 'sorter_id', found, '-scheduled_minutes', 'excused', unplanned),
    ('sorting_throughput', 'sorter', 'sorter_id', sorted, 'scheduled_minutes', 'sorter_days', 'true'),
    ('sorting_throughput', 'sorter', 'sorter_id', '0', '-minutes', 'downtimes', 'true'),
    ('manual_touches', 'sorter', 'sorter_id', 'manual_touches', 'parcels_sorted', 'sorter_days', 'true'),
    ('damage_rate', 'sorter', 'sorter_id', damaged, 'parcels_sorted', 'sorter_days', 'true'),
    ('cost_per_parcel', 'category', 'category', 'amount_cents * 0.01', shared, 'invoices', 'true'),
] -%}

with sorter_days as (
    select * from {{ ref('stg_erp__sorter_day') }}
),

downtimes as (
    select * from {{ ref('stg_erp__downtime') }}
),

invoices as (
    select * from {{ ref('stg_erp__invoice') }}
),

excused as (
    select * from {{ ref('stg_erp__excused_minutes') }}
),

parts as (
    {% for kpi_id, dimension, member, amount, base, rows, filter in additions -%}
        select
            '{{ kpi_id }}' as kpi_id,
            site as scope,
            {{ 'invoice_date' if rows == 'invoices' else 'work_date' }} as happened_on,
            '{{ dimension }}' as dimension,
            {{ member }} as member,
            {{ measure(amount) }} as amount,
            {{ measure(base) }} as base
        from {{ rows }}
        where {{ filter }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    kpi_id,
    scope,
    {{ week_of('happened_on') }} as period_start,
    dimension,
    member,
    {{ measure('sum(amount)') }} as numerator_part,
    {{ measure('sum(base)') }} as denominator_part
from parts
group by kpi_id, scope, {{ week_of('happened_on') }}, dimension, member
