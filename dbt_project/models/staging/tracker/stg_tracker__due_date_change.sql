with told as (
    select
        *,
        row_number() over (
            partition by issue_id, changed_at order by {{ newest_first() }}
        ) as telling_rank
    from {{ source('raw_tracker', 'due_date_change') }}
    where {{ is_known('raw_tracker', 'due_date_change') }}
)

select
    issue_id,
    changed_at,
    due_date_before,
    due_date
from told
where telling_rank = 1
