-- Do not edit: written by `python dbt_project/generate_union.py`.

select
    'complaint_rate' as kpi_id,
    false as is_plain_sum,
    scope,
    period_start,
    numerator,
    denominator,
    value,
    source_rows,
    source_changed_at,
    source_hash
from {{ ref('kpi_complaint_rate') }}

union all

select
    'cost_per_parcel' as kpi_id,
    false as is_plain_sum,
    scope,
    period_start,
    numerator,
    denominator,
    value,
    source_rows,
    source_changed_at,
    source_hash
from {{ ref('kpi_cost_per_parcel') }}

union all

select
    'damage_rate' as kpi_id,
    false as is_plain_sum,
    scope,
    period_start,
    numerator,
    denominator,
    value,
    source_rows,
    source_changed_at,
    source_hash
from {{ ref('kpi_damage_rate') }}

union all

select
    'manual_touches' as kpi_id,
    false as is_plain_sum,
    scope,
    period_start,
    numerator,
    denominator,
    value,
    source_rows,
    source_changed_at,
    source_hash
from {{ ref('kpi_manual_touches') }}

union all

select
    'milestones_done' as kpi_id,
    false as is_plain_sum,
    scope,
    period_start,
    numerator,
    denominator,
    value,
    source_rows,
    source_changed_at,
    source_hash
from {{ ref('kpi_milestones_done') }}

union all

select
    'on_time_in_full' as kpi_id,
    false as is_plain_sum,
    scope,
    period_start,
    numerator,
    denominator,
    value,
    source_rows,
    source_changed_at,
    source_hash
from {{ ref('kpi_on_time_in_full') }}

union all

select
    'order_volume' as kpi_id,
    true as is_plain_sum,
    scope,
    period_start,
    numerator,
    denominator,
    value,
    source_rows,
    source_changed_at,
    source_hash
from {{ ref('kpi_order_volume') }}

union all

select
    'recalibration_effort' as kpi_id,
    false as is_plain_sum,
    scope,
    period_start,
    numerator,
    denominator,
    value,
    source_rows,
    source_changed_at,
    source_hash
from {{ ref('kpi_recalibration_effort') }}

union all

select
    'recalibrations_done' as kpi_id,
    true as is_plain_sum,
    scope,
    period_start,
    numerator,
    denominator,
    value,
    source_rows,
    source_changed_at,
    source_hash
from {{ ref('kpi_recalibrations_done') }}

union all

select
    'sorter_uptime' as kpi_id,
    false as is_plain_sum,
    scope,
    period_start,
    numerator,
    denominator,
    value,
    source_rows,
    source_changed_at,
    source_hash
from {{ ref('kpi_sorter_uptime') }}

union all

select
    'sorting_throughput' as kpi_id,
    false as is_plain_sum,
    scope,
    period_start,
    numerator,
    denominator,
    value,
    source_rows,
    source_changed_at,
    source_hash
from {{ ref('kpi_sorting_throughput') }}

union all

select
    'staff_trained' as kpi_id,
    false as is_plain_sum,
    scope,
    period_start,
    numerator,
    denominator,
    value,
    source_rows,
    source_changed_at,
    source_hash
from {{ ref('kpi_staff_trained') }}

union all

select
    'unplanned_downtime' as kpi_id,
    false as is_plain_sum,
    scope,
    period_start,
    numerator,
    denominator,
    value,
    source_rows,
    source_changed_at,
    source_hash
from {{ ref('kpi_unplanned_downtime') }}
