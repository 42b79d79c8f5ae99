{{ config(materialized='view') }}

{#
  What adds to a numerator, with its sign and factor: KPI, dimension, member, amount, rows, filter.
  Only what is additive is listed: the parts of a KPI over a dimension sum to its numerator.
#}
{% set back_in = '100 * (lost_minutes - scheduled_minutes)' %}
{% set unplanned = "kpi_id = 'unplanned_downtime' and not planned" %}
{% set additions = [
    ('sorter_uptime', 'reason_code', "'scheduled'", '100 * scheduled_minutes', 'sorter_days', 'true'),
    ('sorter_uptime', 'reason_code', 'reason_code', '-100 * minutes', 'downtimes', 'true'),
    ('sorter_uptime', 'sorter', 'sorter_id', '100 * scheduled_minutes', 'sorter_days', 'true'),
    ('sorter_uptime', 'sorter', 'sorter_id', '-100 * minutes', 'downtimes', 'true'),
    ('sorter_uptime', 'reason_code', 'reason_code', back_in, 'excused', "kpi_id = 'sorter_uptime'"),
    ('sorter_uptime', 'sorter', 'sorter_id', back_in, 'excused', "kpi_id = 'sorter_uptime'"),
    ('unplanned_downtime', 'reason_code', 'reason_code', '100 * minutes', 'downtimes', 'not planned'),
    ('unplanned_downtime', 'sorter', 'sorter_id', '100 * minutes', 'downtimes', 'not planned'),
    ('unplanned_downtime', 'reason_code', 'reason_code', '-100 * lost_minutes', 'excused', unplanned),
    ('unplanned_downtime', 'sorter', 'sorter_id', '-100 * lost_minutes', 'excused', unplanned),
    ('sorting_throughput', 'sorter', 'sorter_id', '60 * parcels_sorted', 'sorter_days', 'true'),
    ('manual_touches', 'sorter', 'sorter_id', 'manual_touches', 'sorter_days', 'true'),
    ('damage_rate', 'sorter', 'sorter_id', '100 * damaged_parcels', 'sorter_days', 'true'),
    ('cost_per_parcel', 'category', 'category', 'amount_cents * 0.01', 'invoices', 'true'),
] -%}

with sorter_days as (
    select
        *,
        work_date as happened_on
    from {{ ref('stg_erp__sorter_day') }}
),

downtimes as (
    select
        *,
        work_date as happened_on
    from {{ ref('stg_erp__downtime') }}
),

invoices as (
    select
        *,
        invoice_date as happened_on
    from {{ ref('stg_erp__invoice') }}
),

excused as (
    select
        *,
        work_date as happened_on
    from {{ ref('int_excused_minutes') }}
),

parts as (
    {% for kpi_id, dimension, member, amount, rows, filter in additions -%}
        select
            '{{ kpi_id }}' as kpi_id,
            site as scope,
            happened_on,
            '{{ dimension }}' as dimension,
            {{ member }} as member,
            {{ measure(amount) }} as amount
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
    {{ measure('sum(amount)') }} as numerator_part
from parts
group by kpi_id, scope, {{ week_of('happened_on') }}, dimension, member
