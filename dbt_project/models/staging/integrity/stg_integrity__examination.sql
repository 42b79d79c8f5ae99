with examined as (
    select
        *,
        row_number() over (
            partition by kpi_id, guard, part, closed_until order by {{ newest_first() }}
        ) as telling_rank
    from {{ source('raw_integrity', 'examination') }}
    where {{ is_known('raw_integrity', 'examination') }}
)

select
    kpi_id,
    guard,
    part,
    closed_until,
    outcome,
    n,
    p_value,
    q_value,
    unexpected_count
from examined
where telling_rank = 1
