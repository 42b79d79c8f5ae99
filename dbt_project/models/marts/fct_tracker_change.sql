with versions as (
    select
        *,
        lag(status) over oldest_first as status_before
    from {{ ref('stg_tracker__issue_version') }}
    window oldest_first as (partition by issue_id order by version_rank desc)
),

issues as (
    select * from versions
    where version_rank = 1
),

dates as (
    select * from {{ ref('stg_tracker__due_date_change') }}
),

statuses as (
    select * from {{ ref('stg_tracker__status_change') }}
),

-- What a tracker tells of its history, and what was seen where it keeps none.
changes as (
    select
        issue_id,
        'due_date' as field,
        changed_at,
        cast(due_date_before as {{ dbt.type_string() }}) as old_value,
        cast(due_date as {{ dbt.type_string() }}) as new_value
    from dates
    union all
    select
        issue_id,
        'status' as field,
        changed_at,
        status_before as old_value,
        status as new_value
    from statuses
    union all
    select
        versions.issue_id,
        'status' as field,
        versions.updated_at as changed_at,
        versions.status_before as old_value,
        versions.status as new_value
    from versions
    left join statuses
        on versions.issue_id = statuses.issue_id and versions.status = statuses.status
    where versions.status <> versions.status_before and statuses.issue_id is null
)

select
    issues.issue_key,
    issues.issue_type,
    issues.project,
    issues.summary,
    issues.labels,
    changes.field,
    changes.changed_at,
    changes.old_value,
    changes.new_value
from changes
inner join issues on changes.issue_id = issues.issue_id
