{%- set ended_on -%}
    coalesce(fiscal.ended_on, {{ period_after('periods.period_start', 'known.grain') }})
{%- endset -%}

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

calendar as (
    select * from {{ ref('stg_definitions__calendar_span') }}
),

-- On which day, where the KPI's calendar hangs, each landing became known.
known as (
    select
        kpis.*,
        landings.landing_number,
        cast({{ local_time('landings.known_at', 'kpis.time_zone') }} as date) as known_on
    from kpis
    inner join {{ ref('stg_definitions__landing') }} as landings on kpis.load_id = landings.load_id
),

ended as (
    select
        periods.*,
        known.landing_number,
        known.known_on,
        {{ ended_on }} as ended_on,
        cast({{ days_after('known.grace_days', ended_on) }} as date) as published_on
    from periods
    inner join known on periods.kpi_id = known.kpi_id
    left join calendar as fiscal
        on
            known.calendar_id = fiscal.calendar_id
            and known.grain = fiscal.kind
            and periods.period_start = fiscal.begins_on
),

-- The grace is the one promised when the period ended: a longer one later reopens nothing.
ranked as (
    select
        *,
        row_number() over (
            partition by kpi_id, period_start
            order by
                case when known_on < ended_on then landing_number end desc nulls last,
                landing_number
        ) as preference
    from ended
)

select
    terms.kpi_id,
    terms.period_start,
    terms.ended_on,
    terms.published_on,
    coalesce(
        max(known.landing_number) filter (where known.known_on < terms.published_on),
        min(known.landing_number)
    ) as deciding_landing,
    max(known.landing_number) as newest_landing
from ranked as terms
inner join known on terms.kpi_id = known.kpi_id
where terms.preference = 1
group by terms.kpi_id, terms.period_start, terms.ended_on, terms.published_on
