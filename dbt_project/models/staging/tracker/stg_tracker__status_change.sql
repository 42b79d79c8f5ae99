with told as (
    select
        *,
        row_number() over (
            partition by issue_id, changed_at order by {{ newest_first() }}
        ) as telling_rank
    from {{ source('raw_tracker', 'status_change') }}
    where {{ is_known('raw_tracker', 'status_change') }}
)

select
    issue_id,
    changed_at,
    status_before,
    status
from told
where telling_rank = 1
