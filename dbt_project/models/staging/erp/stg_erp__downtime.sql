{{ config(materialized='newest_rows', key='downtime_id') }}

with versions as (
    select
        *,
        row_number() over (
            partition by downtime_id order by {{ newest_first('changed_at') }}
        ) as version_rank
    from {{ source('raw_erp', 'downtime') }}
    where {{ is_known('raw_erp', 'downtime') }} and {{ is_touched() }}
)

select
    downtime_id,
    sorter_id,
    site,
    work_date,
    started_at,
    minutes,
    reason_code,
    planned,
    changed_at
from versions
where version_rank = 1 and _deleted_at is null
