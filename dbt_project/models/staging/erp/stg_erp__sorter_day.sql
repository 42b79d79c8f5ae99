{{ config(materialized='newest_rows', key='sorter_day_id') }}

with versions as (
    select
        *,
        row_number() over (
            partition by sorter_day_id order by {{ newest_first('changed_at') }}
        ) as version_rank
    from {{ source('raw_erp', 'sorter_day') }}
    where {{ is_known('raw_erp', 'sorter_day') }} and {{ is_touched() }}
)

select
    sorter_day_id,
    sorter_id,
    site,
    work_date,
    scheduled_minutes,
    parcels_sorted,
    manual_touches,
    damaged_parcels,
    changed_at
from versions
where version_rank = 1 and _deleted_at is null
