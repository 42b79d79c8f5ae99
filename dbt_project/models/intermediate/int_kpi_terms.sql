with periods as (
    select
        kpi_id,
        period_start
    from {{ ref('int_kpi_period') }}
    union
    select
        kpi_id,
        period_start
    from {{ ref('int_kpi_value_version') }}
),

kpis as (
    select * from {{ ref('stg_definitions__kpi_landed') }}
),

landings as (
    select * from {{ ref('stg_definitions__landing') }}
),

-- On which day, where the KPI's calendar hangs, each landing became known.
known as (
    select
        kpis.kpi_id,
        kpis.grain,
        kpis.grace_days,
        landings.landing_number,
        cast({{ local_time('landings.known_at', 'kpis.time_zone') }} as date) as known_on
    from kpis
    inner join landings on kpis.load_id = landings.load_id
),

-- The grace is the one promised when the period ended: a longer one later reopens nothing.
ended as (
    select
        periods.kpi_id,
        periods.period_start,
        coalesce(
            max(known.landing_number) filter (
                where known.known_on < {{ period_after('periods.period_start', 'known.grain') }}
            ),
            min(known.landing_number)
        ) as landing_number
    from periods
    inner join known on periods.kpi_id = known.kpi_id
    group by periods.kpi_id, periods.period_start
),

lasted as (
    select
        ended.kpi_id,
        ended.period_start,
        known.grace_days,
        {{ period_after('ended.period_start', 'known.grain') }} as ended_on
    from ended
    inner join known
        on ended.kpi_id = known.kpi_id and ended.landing_number = known.landing_number
),

published as (
    select
        *,
        cast({{ days_after('grace_days', 'ended_on') }} as date) as published_on
    from lasted
)

select
    published.kpi_id,
    published.period_start,
    published.ended_on,
    published.published_on,
    coalesce(
        max(known.landing_number) filter (where known.known_on < published.published_on),
        min(known.landing_number)
    ) as deciding_landing,
    max(known.landing_number) as newest_landing
from published
inner join known on published.kpi_id = known.kpi_id
group by
    published.kpi_id, published.period_start, published.ended_on, published.published_on
