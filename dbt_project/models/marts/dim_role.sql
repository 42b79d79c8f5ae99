with roles as (
    select * from {{ ref('stg_definitions__role') }}
),

moments as (
    select * from {{ ref('int_as_of') }}
),

holders as (
    select
        roles.*,
        coalesce(roles.valid_to < cast(moments.as_of as date), false) as has_left,
        row_number() over (partition by roles.role_id order by roles.valid_from desc) as holder_rank
    from roles
    cross join moments
    where roles.valid_from <= moments.as_of
)

select
    role_id,
    name,
    department,
    person,
    deputy,
    case when has_left then deputy else person end as acting,
    has_left as is_deputy_acting
from holders
where holder_rank = 1
