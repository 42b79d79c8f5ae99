with recursive readings as (
    select * from {{ ref('int_kpi_value_version') }}
    where is_current and not is_withdrawn
),

calendar as (
    select * from {{ ref('stg_definitions__calendar_span') }}
),

-- Today has begun where the KPI's calendar hangs: 06:00 in UTC may be yesterday there.
spans as (
    select
        readings.kpi_id,
        readings.scope,
        kpis.calendar_id,
        kpis.grain,
        count(*) over (partition by readings.kpi_id) as scopes,
        cast(max({{ local_time('moments.as_of', 'kpis.time_zone') }}) as date) as today,
        max(readings.period_start) as last_period,
        min(readings.period_start) as ended_on,
        cast(null as date) as period_start
    from readings
    inner join {{ ref('stg_definitions__kpi') }} as kpis on readings.kpi_id = kpis.kpi_id
    cross join {{ ref('int_as_of') }} as moments
    group by readings.kpi_id, readings.scope, kpis.calendar_id, kpis.grain
),

-- Every period from the first reading to the last one expected: a gap is a row, not an absence.
-- Each begins on the day the one before has ended; before the first there is none.
periods as (
    select * from spans
    union all
    select
        periods.kpi_id,
        periods.scope,
        periods.calendar_id,
        periods.grain,
        periods.scopes,
        periods.today,
        periods.last_period,
        coalesce(fiscal.ended_on, {{ period_after('periods.ended_on', 'periods.grain') }}),
        periods.ended_on as period_start
    from periods
    left join calendar as fiscal
        on
            periods.calendar_id = fiscal.calendar_id
            and periods.grain = fiscal.kind
            and periods.ended_on = fiscal.begins_on
    where periods.ended_on <= greatest(periods.last_period, periods.today)
)

select
    periods.kpi_id,
    periods.scope,
    periods.period_start,
    periods.today,
    cast({{ days_after(-1, 'periods.ended_on') }} as date) as period_end,
    periods.ended_on <= periods.today as is_over,
    periods.scope <> 'all' or periods.scopes = 1 as is_leaf,
    readings.numerator,
    readings.denominator,
    readings.value
from periods
left join readings
    on
        periods.kpi_id = readings.kpi_id
        and periods.scope = readings.scope
        and periods.period_start = readings.period_start
-- Where no day was worked nothing is missing; what came in all the same counts.
left join calendar as days_off
    on
        days_off.kind = 'day_off'
        and periods.calendar_id = days_off.calendar_id
        and periods.period_start = days_off.begins_on
        and periods.ended_on <= days_off.ended_on
where
    (periods.period_start <= periods.last_period or periods.ended_on <= periods.today)
    and periods.period_start is not null
    and (readings.kpi_id is not null or days_off.kind is null)
