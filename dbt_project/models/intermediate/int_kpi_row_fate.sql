{{ config(materialized='view') }}

with orders as (
    select
        *,
        delivered_on > promised_on or not in_full as is_failing
    from {{ ref('stg_erp__customer_order') }}
),

-- What was said of an order; one not delivered yet says nothing.
said as (
    select
        *,
        delivered_on > promised_on or not in_full as is_failing
    from {{ ref('stg_erp__customer_order_version') }}
    where not is_tombstone and delivered_on is not null
),

kpis as (
    select * from {{ ref('stg_definitions__kpi') }}
),

removed as (
    select
        said.*,
        row_number() over (
            partition by said.order_id order by said.seen_at desc, said.changed_at desc nulls last
        ) as recency
    from said
    left join orders on said.order_id = orders.order_id
    where orders.order_id is null
),

-- A row that failed when its week was published, and was made to pass afterwards.
overridden as (
    select orders.order_id
    from orders
    inner join said on orders.order_id = said.order_id and said.is_failing
    inner join kpis on kpis.kpi_id = 'on_time_in_full'
    where
        not orders.is_failing
        and orders.seen_at >= {{ days_after('7 + kpis.grace_days', week_of('orders.promised_on')) }}
    group by orders.order_id
),

fates as (
    select
        orders.site,
        orders.promised_on,
        overridden.order_id as row_key,
        orders.is_failing or overridden.order_id is not null as is_failing,
        case when overridden.order_id is null then 'kept' else 'overridden' end as fate
    from orders
    left join overridden on orders.order_id = overridden.order_id
    where orders.delivered_on is not null
    union all
    select
        site,
        promised_on,
        order_id as row_key,
        is_failing,
        'removed' as fate
    from removed
    where recency = 1
)

select
    'on_time_in_full' as kpi_id,
    site as scope,
    {{ week_of('promised_on') }} as period_start,
    row_key,
    is_failing,
    fate,
    fate <> 'kept' as is_left_out,
    count(*) as row_count
from fates
group by site, {{ week_of('promised_on') }}, row_key, is_failing, fate
