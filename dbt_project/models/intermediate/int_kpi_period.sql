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
        cast({{ local_time('moments.as_of', 'kpis.time_zone') }} as date) as today
    from kpis
    cross join moments
),

spans as (
    select
        readings.kpi_id,
        readings.scope,
        calendars.today,
        max(readings.period_start) as last_period,
        min(readings.period_start) as first_period
    from readings
    inner join calendars on readings.kpi_id = calendars.kpi_id
    group by readings.kpi_id, readings.scope, calendars.today
),

-- Every week from the first reading to the last one expected: a gap is a row, not an absence.
weeks (kpi_id, scope, today, last_period, period_start) as (
    select * from spans
    union all
    select
        kpi_id,
        scope,
        today,
        last_period,
        {{ week_end('period_start') }}
    from weeks
    where
        {{ week_end('period_start') }} <= last_period
        or {{ days_after(14, 'period_start') }} <= today
),

members as (
    select
        kpi_id,
        count(*) as scopes
    from spans
    group by kpi_id
)

select
    weeks.kpi_id,
    weeks.scope,
    weeks.period_start,
    weeks.today,
    cast({{ days_after(6, 'weeks.period_start') }} as date) as period_end,
    {{ week_end('weeks.period_start') }} <= weeks.today as is_closed,
    weeks.scope <> 'all' or members.scopes = 1 as is_leaf,
    readings.numerator,
    readings.denominator,
    readings.value
from weeks
inner join members on weeks.kpi_id = members.kpi_id
left join readings
    on
        weeks.kpi_id = readings.kpi_id
        and weeks.scope = readings.scope
        and weeks.period_start = readings.period_start
