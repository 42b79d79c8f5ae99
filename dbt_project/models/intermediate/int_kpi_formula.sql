{{ config(materialized='view') }}

with kpis as (
    select * from {{ ref('stg_definitions__kpi') }}
),

recorded as (
    select
        *,
        row_number() over (partition by kpi_id order by known_at desc, load_id desc) as recency
    from {{ ref('stg_values__formula') }}
),

formulas as (
    select
        kpi_id,
        definition_hash,
        {{ model_hash('kpi_id') }} as model_hash
    from kpis
)

select
    formulas.kpi_id,
    formulas.definition_hash,
    formulas.model_hash,
    recorded.kpi_id is null as is_first,
    -- As of a past moment the SQL of today is no news of then.
    {{ 'false and' if as_of_setting() else '' }} (
        recorded.kpi_id is null
        or formulas.definition_hash <> recorded.definition_hash
        or formulas.model_hash <> recorded.model_hash
    ) as is_new
from formulas
left join recorded on formulas.kpi_id = recorded.kpi_id and recorded.recency = 1
