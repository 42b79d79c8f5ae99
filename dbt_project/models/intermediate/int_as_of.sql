{{ config(materialized='view') }}

with receipts as (
    select * from {{ ref('stg_receipts__receipt') }}
)

select coalesce({{ as_of_setting() or 'null' }}, max(seen_at)) as as_of
from receipts
