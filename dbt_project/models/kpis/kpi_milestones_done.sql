with recursive issues as (
    select * from {{ ref('stg_tracker__issue') }}
),

receipts as (
    select * from {{ ref('stg_receipts__receipt') }}
),

milestones as (
    select
        created_at,
        resolved_at,
        updated_at,
        cast({{ json_label('labels', 'weight') }} as integer) as weight
    from issues
    where issue_type = 'Milestone'
),

-- A milestone nobody touched is known to be as it was for as long as the tracker answers.
known as (
    select
        {{ week_of('min(milestones.created_at)') }} as first_week,
        max(receipts.seen_at) as seen_until
    from milestones
    inner join receipts on receipts.source = 'tracker'
),

weeks (period_start) as (
    select first_week from known
    union all
    select {{ week_end('weeks.period_start') }}
    from weeks
    cross join known
    where {{ week_end('weeks.period_start') }} <= known.seen_until
),

parts as (
    select
        'all' as scope,
        weeks.period_start,
        100 * sum(
            case
                when milestones.resolved_at < {{ week_end('weeks.period_start') }}
                    then milestones.weight
                else 0
            end
        ) as numerator,
        sum(milestones.weight) as denominator,
        count(*) as source_rows,
        max(milestones.updated_at) as source_changed_at
    from weeks
    inner join milestones
        on milestones.created_at < {{ week_end('weeks.period_start') }}
    group by weeks.period_start
)

{{ kpi_reading('parts') }}
