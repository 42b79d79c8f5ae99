{{ config(meta={'dagster': {'ref': {'name': 'fct_kpi_contribution'}}}) }}
-- KPI values whose parts over a dimension do not add up exactly to the numerator.
with sums as (
    select
        kpi_id,
        scope,
        period_start,
        dimension,
        sum(numerator_part) as numerator
    from {{ ref('fct_kpi_contribution') }}
    group by kpi_id, scope, period_start, dimension
)

select
    sums.*,
    readings.numerator as expected
from sums
inner join {{ ref('fct_kpi_value') }} as readings
    on
        sums.kpi_id = readings.kpi_id
        and sums.scope = readings.scope
        and sums.period_start = readings.period_start
        and readings.is_current
where sums.numerator <> readings.numerator
