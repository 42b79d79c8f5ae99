{{ config(materialized='newest_rows', key='sorter_id') }}

with versions as (
    select
        *,
        row_number() over (
            partition by sorter_id order by {{ newest_first('changed_at') }}
        ) as version_rank
    from {{ source('raw_erp', 'sorter') }}
    where {{ is_known('raw_erp', 'sorter') }} and {{ is_touched() }}
)

select
    sorter_id,
    site,
    installed_on,
    changed_at
from versions
where version_rank = 1 and _deleted_at is null
