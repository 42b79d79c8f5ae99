{{ config(materialized='newest_rows', key='recalibration_id') }}

with versions as (
    select
        *,
        row_number() over (
            partition by recalibration_id order by {{ newest_first('changed_at') }}
        ) as version_rank
    from {{ source('raw_erp', 'recalibration') }}
    where {{ is_known('raw_erp', 'recalibration') }} and {{ is_touched() }}
)

select
    recalibration_id,
    sorter_id,
    site,
    planned_on,
    done_on,
    minutes,
    changed_at
from versions
where version_rank = 1 and _deleted_at is null
