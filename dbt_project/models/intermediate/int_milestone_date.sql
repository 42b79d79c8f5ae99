with versions as (
    select * from {{ ref('stg_tracker__issue_version') }}
    where issue_type = 'Milestone'
),

changes as (
    select * from {{ ref('stg_tracker__due_date_change') }}
),

issues as (
    select
        issue_id,
        issue_key,
        summary,
        created_at
    from versions
    where version_rank = 1
),

first_changes as (
    select
        issue_id,
        min(changed_at) as changed_at
    from changes
    group by issue_id
),

-- What a tracker tells of its history, and what was seen where it keeps none.
dates as (
    select
        issues.issue_id,
        issues.created_at as promised_at,
        changes.due_date_before as due_date
    from issues
    inner join first_changes on issues.issue_id = first_changes.issue_id
    inner join changes
        on
            first_changes.issue_id = changes.issue_id
            and first_changes.changed_at = changes.changed_at
    union all
    select
        issue_id,
        changed_at as promised_at,
        due_date
    from changes
    union all
    select
        issue_id,
        updated_at as promised_at,
        due_date
    from versions
),

ordered as (
    select
        *,
        row_number() over history as date_number,
        lag(due_date) over history as due_date_before
    from dates
    window history as (partition by issue_id order by promised_at, due_date nulls last)
)

select
    issues.issue_id,
    issues.issue_key,
    issues.summary,
    ordered.promised_at,
    ordered.due_date,
    ordered.due_date_before,
    row_number() over history as promise_number,
    lead(ordered.promised_at) over history as superseded_at,
    {{ dbt.datediff('ordered.due_date_before', 'ordered.due_date', 'day') }} as days_moved
from ordered
inner join issues on ordered.issue_id = issues.issue_id
-- A version that leaves the date as it was promises nothing new; taking a date away does.
where
    ordered.date_number = 1
    or ordered.due_date <> ordered.due_date_before
    or (ordered.due_date is null) <> (ordered.due_date_before is null)
window history as (partition by issues.issue_id order by ordered.promised_at)
