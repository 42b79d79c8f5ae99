{{ config(materialized='view') }}

with readings as (
    select * from {{ ref('int_kpi_value') }}
),

formulas as (
    select * from {{ ref('int_kpi_formula') }}
),

recorded as (
    select
        *,
        row_number() over (
            partition by kpi_id, scope, period_start order by known_at desc, load_id desc
        ) as recency
    from {{ ref('stg_values__kpi_value') }}
),

last_said as (
    select * from recorded
    where recency = 1
),

compared as (
    select
        coalesce(readings.kpi_id, last_said.kpi_id) as kpi_id,
        coalesce(readings.scope, last_said.scope) as scope,
        coalesce(readings.period_start, last_said.period_start) as period_start,
        readings.numerator,
        readings.denominator,
        readings.value,
        coalesce(readings.source_rows, 0) as source_rows,
        readings.source_changed_at,
        readings.source_hash,
        last_said.kpi_id is not null as was_said,
        last_said.kpi_id is not null and (
            coalesce(readings.source_rows, 0) <> last_said.source_rows
            or readings.source_changed_at is distinct from last_said.source_changed_at
        ) as is_facts_change
    from readings
    full outer join last_said
        on
            readings.kpi_id = last_said.kpi_id
            and readings.scope = last_said.scope
            and readings.period_start = last_said.period_start
    -- A row that was touched and still says the same is no news.
    where
        last_said.kpi_id is null
        or readings.numerator is distinct from last_said.numerator
        or readings.denominator is distinct from last_said.denominator
        or readings.value is distinct from last_said.value
        or coalesce(readings.source_rows, 0) <> last_said.source_rows
)

select
    compared.kpi_id,
    compared.scope,
    compared.period_start,
    compared.numerator,
    compared.denominator,
    compared.value,
    compared.source_rows,
    compared.source_changed_at,
    compared.source_hash,
    formulas.definition_hash,
    formulas.model_hash,
    compared.is_facts_change,
    compared.was_said and formulas.is_new and not formulas.is_first as is_formula_change
from compared
left join formulas on compared.kpi_id = formulas.kpi_id
-- On record is what was said then: as of a past moment the SQL of today does not say it anew.
where {{ 'not exists (select 1 from recorded)' if as_of_setting() else 'true' }}
