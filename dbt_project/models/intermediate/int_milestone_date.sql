with versions as (
    select * from {{ ref('stg_tracker__issue_version') }}
),

dated as (
    select
        issue_id,
        issue_key,
        summary,
        due_date,
        updated_at,
        seen_at,
        version_rank,
        row_number() over history as version_number,
        lag(due_date) over history as due_date_before
    from versions
    where issue_type = 'Milestone'
    window history as (partition by issue_id order by version_rank desc)
),

-- A version that leaves the date as it was promises nothing new; taking a date away does.
promises as (
    select
        *,
        row_number() over history as promise_number,
        first_value(due_date) over history as due_date_first,
        lead(updated_at) over history as superseded_at
    from dated
    where
        version_number = 1
        or due_date <> due_date_before
        or (due_date is null) <> (due_date_before is null)
    window history as (partition by issue_id order by version_rank desc)
)

select
    issue_id,
    issue_key,
    summary,
    promise_number,
    due_date,
    due_date_before,
    updated_at as promised_at,
    superseded_at,
    seen_at,
    {{ dbt.datediff('due_date_before', 'due_date', 'day') }} as days_moved,
    {{ dbt.datediff('due_date_first', 'due_date', 'day') }} as days_since_first
from promises
