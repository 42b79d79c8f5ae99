{{ config(materialized='view') }}

with recorded as (
    select * from {{ ref('stg_values__formula') }}
),

formulas as (
    select * from {{ ref('int_kpi_formula') }}
),

moments as (
    select * from {{ ref('int_as_of') }}
),

said as (
    select
        kpi_id,
        model_hash,
        known_at,
        load_id
    from recorded
    union all
    select
        formulas.kpi_id,
        formulas.model_hash,
        moments.as_of as known_at,
        cast(null as {{ dbt.type_string() }}) as load_id
    from formulas
    cross join moments
    where formulas.is_new
)

select
    kpi_id,
    model_hash,
    known_at,
    lag(model_hash) over (
        partition by kpi_id order by known_at asc, load_id asc nulls last
    ) as old_hash
from said
