with recorded as (
    select * from {{ ref('stg_values__kpi_value') }}
),

news as (
    select * from {{ ref('int_kpi_value_news') }}
),

moments as (
    select * from {{ ref('int_as_of') }}
),

said as (
    select
        *,
        true as is_recorded
    from recorded
    union all
    select
        news.*,
        moments.as_of as known_at,
        cast(null as {{ dbt.type_string() }}) as load_id,
        false as is_recorded
    from news
    cross join moments
)

select
    *,
    cast(row_number() over in_order as integer) as version,
    lead(known_at) over in_order as known_to,
    lead(kpi_id) over in_order is null as is_current,
    source_hash is null as is_withdrawn
from said
window in_order as (
    partition by kpi_id, scope, period_start order by known_at asc, is_recorded desc, load_id asc
)
