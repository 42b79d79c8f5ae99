{{ config(materialized='view') }}

with minted as (
    select * from {{ ref('stg_values__episode') }}
),

breached as (
    select distinct kpi_id from {{ ref('int_kpi_breach') }}
)

select
    minted.kpi_id,
    minted.scope,
    minted.rule,
    minted.opened_period,
    case when breached.kpi_id is not null then minted.closed_period end as closed_period
from minted
left join breached on minted.kpi_id = breached.kpi_id
