with known as (
    select * from {{ source('raw_tracker', 'issue') }}
    where {{ is_known('raw_tracker', 'issue') }}
),

-- An issue that came back was seen again after its tombstone.
tombstones as (
    select
        issue_id,
        max(_seen_at) as gone_at
    from known
    where _deleted_at is not null
    group by issue_id
)

select
    known.issue_id,
    known.issue_key,
    known.project,
    known.issue_type,
    known.summary,
    known.status,
    known.status_category,
    known.created_at,
    known.updated_at,
    known.due_date,
    known.resolved_at,
    known.estimate_seconds,
    known.spent_seconds,
    known.parent_key,
    known.labels,
    known.changelog,
    known._seen_at as seen_at,
    row_number() over (
        partition by known.issue_id order by {{ newest_first('known.updated_at') }}
    ) as version_rank,
    coalesce(
        max(known._seen_at) over (partition by known.issue_id) <= tombstones.gone_at, false
    ) as is_deleted
from known
left join tombstones on known.issue_id = tombstones.issue_id
where known._deleted_at is null
