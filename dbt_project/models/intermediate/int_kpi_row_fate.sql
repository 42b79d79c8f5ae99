{{ config(materialized='view') }}

with versions as (
    select * from {{ ref('stg_erp__customer_order_version') }}
),

kpis as (
    select * from {{ ref('stg_definitions__kpi') }}
    where kpi_id = 'on_time_in_full'
),

gone as (
    select order_id from versions
    where version_rank = 1 and is_tombstone
),

-- What each version said of the order; one not delivered yet says nothing.
said as (
    select
        *,
        delivered_on > promised_on or not in_full as is_failing,
        row_number() over (partition by order_id order by version_rank) as recency
    from versions
    where not is_tombstone and delivered_on is not null
),

-- A row that failed when its week was published, and was made to pass afterwards.
turned as (
    select newest.order_id
    from said as newest
    inner join said as older on newest.order_id = older.order_id and older.recency > 1
    cross join kpis
    where
        newest.recency = 1 and not newest.is_failing and older.is_failing
        and newest.seen_at >= {{ days_after('7 + kpis.grace_days', week_of('newest.promised_on')) }}
    group by newest.order_id
)

select
    kpis.kpi_id,
    said.site as scope,
    {{ week_of('said.promised_on') }} as period_start,
    said.order_id as row_key,
    said.is_failing or turned.order_id is not null as is_failing,
    case
        when gone.order_id is not null then 'removed'
        when turned.order_id is not null then 'overridden'
        else 'kept'
    end as fate,
    gone.order_id is not null or turned.order_id is not null as is_left_out
from said
cross join kpis
left join gone on said.order_id = gone.order_id
left join turned on said.order_id = turned.order_id
where said.recency = 1
