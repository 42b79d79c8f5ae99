with issues as (
    select * from {{ ref('stg_tracker__issue') }}
),

work_packages as (
    select
        {{ json_label('labels', 'site') }} as site,
        {{ week_of('due_date') }} as period_start,
        estimate_seconds,
        spent_seconds,
        updated_at
    from issues
    where issue_type = 'Work package' and due_date is not null
),

parts as (
    select
        site as scope,
        period_start,
        100 * sum(coalesce(spent_seconds, 0)) as numerator,
        sum(estimate_seconds) as denominator,
        count(*) as source_rows,
        max(updated_at) as source_changed_at
    from work_packages
    where site is not null
    group by site, period_start
)

{{ kpi_reading('parts') }}
