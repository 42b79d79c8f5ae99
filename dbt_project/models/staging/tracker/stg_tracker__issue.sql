with versions as (
    select * from {{ ref('stg_tracker__issue_version') }}
)

select
    issue_id,
    issue_key,
    project,
    issue_type,
    summary,
    status,
    status_category,
    created_at,
    updated_at,
    due_date,
    resolved_at,
    estimate_seconds,
    spent_seconds,
    parent_key,
    labels,
    changelog
from versions
where version_rank = 1 and not is_deleted
