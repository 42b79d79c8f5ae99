with recursive readings as (
    select * from {{ ref('int_kpi_value_version') }}
    where is_current and not is_withdrawn
),

kpis as (
    select * from {{ ref('stg_definitions__kpi') }}
),

moments as (
    select * from {{ ref('int_as_of') }}
),

-- The last day that has begun where the KPI's calendar hangs: 06:00 in UTC may be yesterday there.
calendars as (
    select
        kpis.kpi_id,
        kpis.grain,
        cast({{ local_time('moments.as_of', 'kpis.time_zone') }} as date) as today
    from kpis
    cross join moments
),

spans as (
    select
        readings.kpi_id,
        readings.scope,
        calendars.grain,
        calendars.today,
        max(readings.period_start) as last_period,
        min(readings.period_start) as first_period
    from readings
    inner join calendars on readings.kpi_id = calendars.kpi_id
    group by readings.kpi_id, readings.scope, calendars.grain, calendars.today
),

-- Every period from the first reading to the last one expected: a gap is a row, not an absence.
periods (kpi_id, scope, grain, today, last_period, period_start) as (
    select * from spans
    union all
    select
        kpi_id,
        scope,
        grain,
        today,
        last_period,
        {{ period_after('period_start', 'grain') }}
    from periods
    where
        {{ period_after('period_start', 'grain') }} <= last_period
        or {{ period_after(period_after('period_start', 'grain'), 'grain') }} <= today
),

members as (
    select
        kpi_id,
        count(*) as scopes
    from spans
    group by kpi_id
)

select
    periods.kpi_id,
    periods.scope,
    periods.period_start,
    periods.today,
    cast({{ days_after(-1, period_after('periods.period_start', 'periods.grain')) }} as date)
        as period_end,
    {{ period_after('periods.period_start', 'periods.grain') }} <= periods.today as is_closed,
    periods.scope <> 'all' or members.scopes = 1 as is_leaf,
    readings.numerator,
    readings.denominator,
    readings.value
from periods
inner join members on periods.kpi_id = members.kpi_id
left join readings
    on
        periods.kpi_id = readings.kpi_id
        and periods.scope = readings.scope
        and periods.period_start = readings.period_start
