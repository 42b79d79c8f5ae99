with departments as (
    select * from {{ ref('stg_definitions__department') }}
)

select
    department_id,
    name
from departments
