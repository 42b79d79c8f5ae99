with training as (
    select * from {{ ref('stg_sheets__training') }}
),

parts as (
    select
        lower(site) as scope,
        {{ week_of('week_starting') }} as period_start,
        100 * sum(trained) as numerator,
        sum(headcount) as denominator,
        count(*) as source_rows,
        max(modified_at) as source_changed_at
    from training
    group by lower(site), {{ week_of('week_starting') }}
)

{{ kpi_reading('parts') }}
