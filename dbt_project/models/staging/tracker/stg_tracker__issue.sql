with versions as (
    select
        *,
        row_number() over (
            partition by issue_id order by {{ newest_first('updated_at') }}
        ) as version_rank
    from {{ source('raw_tracker', 'issue') }}
    where {{ is_known('raw_tracker', 'issue') }}
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
where version_rank = 1
