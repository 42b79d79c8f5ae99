with invoices as (
    select * from {{ ref('stg_erp__invoice') }}
),

sorter_days as (
    select * from {{ ref('stg_erp__sorter_day') }}
),

cost as (
    select
        site,
        {{ week_of('invoice_date') }} as period_start,
        sum(amount_cents) as cents,
        count(*) as source_rows,
        max(changed_at) as source_changed_at
    from invoices
    group by site, {{ week_of('invoice_date') }}
),

sorted as (
    select
        site,
        {{ week_of('work_date') }} as period_start,
        sum(parcels_sorted) as parcels,
        count(*) as source_rows,
        max(changed_at) as source_changed_at
    from sorter_days
    group by site, {{ week_of('work_date') }}
),

parts as (
    select
        cost.site as scope,
        cost.period_start,
        {{ measure('cost.cents') }} / 100 as numerator,
        sorted.parcels as denominator,
        cost.source_rows + sorted.source_rows as source_rows,
        greatest(cost.source_changed_at, sorted.source_changed_at) as source_changed_at
    from cost
    inner join sorted
        on cost.site = sorted.site and cost.period_start = sorted.period_start
)

{{ kpi_reading('parts') }}
