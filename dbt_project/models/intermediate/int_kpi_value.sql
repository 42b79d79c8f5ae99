with readings as (
    select * from {{ ref('int_kpi_reading') }}
),

firsts as (
    select
        kpi_id,
        scope,
        min(period_start) as first_period
    from readings
    group by kpi_id, scope
),

-- A scope counts as missing from its first period on, never before it existed.
expected as (
    select
        periods.kpi_id,
        periods.period_start,
        count(*) as scopes
    from (select distinct
        kpi_id,
        period_start
    from readings) as periods
    inner join firsts
        on
            periods.kpi_id = firsts.kpi_id
            and periods.period_start >= firsts.first_period
    group by periods.kpi_id, periods.period_start
),

rolled_up as (
    select
        readings.kpi_id,
        readings.period_start,
        {{ measure('sum(readings.numerator)') }} as numerator,
        {{ measure('case when readings.is_plain_sum then 1 else sum(readings.denominator) end') }}
            as denominator,
        cast(sum(readings.source_rows) as bigint) as source_rows,
        max(readings.source_changed_at) as source_changed_at,
        {{ dbt.hash("min(readings.source_hash) || max(readings.source_hash)") }} as source_hash
    from readings
    inner join expected
        on
            readings.kpi_id = expected.kpi_id
            and readings.period_start = expected.period_start
    where readings.scope <> 'all'
    group by readings.kpi_id, readings.period_start, readings.is_plain_sum, expected.scopes
    -- With a part missing there is no whole: what is left would pass for all of it.
    having count(readings.value) = expected.scopes and expected.scopes > 1
)

select
    kpi_id,
    scope,
    period_start,
    numerator,
    denominator,
    value,
    source_rows,
    source_changed_at,
    source_hash
from readings

union all

select
    kpi_id,
    'all' as scope,
    period_start,
    numerator,
    denominator,
    {{ ratio('numerator', 'denominator') }} as value,
    source_rows,
    source_changed_at,
    source_hash
from rolled_up
