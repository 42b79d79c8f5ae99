{{ config(materialized='view') }}

-- Read once, when the last period is published, from what was believed then; never restated.
with readings as (
    select * from {{ ref('int_key_result_reading') }}
),

terms as (
    select * from {{ ref('int_kpi_terms') }}
),

versions as (
    select * from {{ ref('int_kpi_value_state') }}
),

moments as (
    select * from {{ ref('int_as_of') }}
),

closings as (
    select
        readings.key_result_id,
        max(terms.published_on) as closed_on
    from readings
    inner join terms
        on readings.kpi_id = terms.kpi_id and readings.period_start = terms.period_start
    cross join moments
    where readings.period_end >= readings.period_to and terms.published_on <= moments.as_of
    group by readings.key_result_id
),

believed as (
    select
        readings.key_result_id,
        readings.kind,
        readings.baseline,
        readings.target,
        readings.low,
        readings.high,
        readings.link_weight,
        readings.period_start,
        readings.period_end >= readings.period_to as is_last,
        versions.value,
        closings.closed_on,
        row_number() over oldest_first as seniority
    from readings
    inner join closings on readings.key_result_id = closings.key_result_id
    left join versions
        on
            readings.kpi_id = versions.kpi_id and readings.scope = versions.scope
            and readings.period_start = versions.period_start
            and (versions.superseded_on is null or closings.closed_on <= versions.superseded_on)
    window oldest_first as (
        partition by readings.key_result_id, readings.kpi_id, readings.scope, readings.period_start
        order by versions.version
    )
),

scored as (
    select
        *,
        {{ is_share_of_periods('kind') }} as is_share,
        {{ is_in_range() }} as is_in_range,
        {{ raw_progress() }} as raw_progress
    from believed
    where seniority = 1
)

select
    key_result_id,
    closed_on,
    case
        when is_share then {{ ratio('count(*) filter (where is_in_range)', 'count(*)') }}
        else {{ ratio(
            'sum(link_weight * raw_progress) filter (where is_last)',
            'sum(link_weight) filter (where is_last and raw_progress is not null)'
        ) }}
    end as raw_score
from scored
group by key_result_id, closed_on, is_share
