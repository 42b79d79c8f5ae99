{{ config(materialized='view') }}

with receipts as (
    select * from {{ ref('stg_receipts__receipt') }}
)

{% set moment = as_of_setting() -%}
select
    {% if moment -%}
        {{ moment }} as as_of
    {%- else -%}
        max(seen_at) as as_of
    {%- endif %}
from receipts
