{{ config(materialized='view') }}

-- What the episode machine counts. An observation without a side state was judged; every model
-- after the first yields only periods that it judged.
select * from {{ ref('int_level_observation') }}

union all

select
    *,
    cast(null as {{ dbt.type_string() }}) as side_state
from {{ ref('int_data_observation') }}

union all

select
    *,
    cast(null as {{ dbt.type_string() }}) as side_state
from {{ ref('int_drift_observation') }}

union all

select
    *,
    cast(null as {{ dbt.type_string() }}) as side_state
from {{ ref('int_burn_observation') }}

union all

select
    *,
    cast(null as {{ dbt.type_string() }}) as side_state
from {{ ref('int_change_observation') }}

union all

select
    *,
    cast(null as {{ dbt.type_string() }}) as side_state
from {{ ref('int_key_result_observation') }}
