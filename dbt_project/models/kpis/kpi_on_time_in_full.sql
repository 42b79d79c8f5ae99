with orders as (
    select * from {{ ref('stg_erp__customer_order') }}
),

parts as (
    select
        site as scope,
        {{ week_of('promised_on') }} as period_start,
        100 * count(*) filter (where delivered_on <= promised_on and in_full) as numerator,
        count(*) as denominator,
        count(*) as source_rows,
        max(changed_at) as source_changed_at
    from orders
    group by site, {{ week_of('promised_on') }}
)

{{ kpi_reading('parts') }}
