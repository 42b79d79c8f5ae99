with terms as (
    select * from {{ ref('int_kpi_terms') }}
),

targets as (
    select * from {{ ref('stg_definitions__kpi_target_landed') }}
),

landings as (
    select * from {{ ref('stg_definitions__landing') }}
),

-- The newest entry that has begun, among those of one landing.
entries as (
    select
        terms.kpi_id,
        terms.period_start,
        landings.landing_number,
        landings.known_at,
        targets.target,
        targets.floor,
        targets.valid_from,
        row_number() over (
            partition by terms.kpi_id, terms.period_start, landings.landing_number
            order by targets.valid_from desc
        ) as recency
    from terms
    inner join landings
        on landings.landing_number in (terms.deciding_landing, terms.newest_landing)
    inner join targets
        on
            terms.kpi_id = targets.kpi_id
            and landings.load_id = targets.load_id
            and terms.period_start >= targets.valid_from
)

select
    terms.kpi_id,
    terms.period_start,
    terms.published_on,
    deciding.target,
    deciding.floor,
    deciding.valid_from,
    deciding.known_at,
    newest.target as stated_target,
    newest.floor as stated_floor,
    newest.valid_from as stated_valid_from
from terms
left join entries as deciding
    on
        terms.kpi_id = deciding.kpi_id
        and terms.period_start = deciding.period_start
        and terms.deciding_landing = deciding.landing_number
        and deciding.recency = 1
left join entries as newest
    on
        terms.kpi_id = newest.kpi_id
        and terms.period_start = newest.period_start
        and terms.newest_landing = newest.landing_number
        and newest.recency = 1
