with versions as (
    select * from {{ ref('int_definition_version') }}
),

landings as (
    select * from {{ ref('stg_definitions__landing') }}
),

-- The definitions that were there when they were first read are no change.
beginnings as (
    select min(first_landing) as first_landing
    from versions
),

said as (
    select
        versions.kind,
        versions.definition_id,
        versions.field,
        versions.file,
        before.value as old_value,
        versions.value as new_value,
        case when before.kind is null then 'added' else 'changed' end as change,
        versions.first_landing as landing_number
    from versions
    inner join beginnings on versions.first_landing > beginnings.first_landing
    left join versions as before
        on
            versions.kind = before.kind
            and versions.definition_id = before.definition_id
            and versions.field = before.field
            and versions.first_landing = before.last_landing + 1
),

removed as (
    select
        versions.kind,
        versions.definition_id,
        versions.field,
        versions.file,
        versions.value as old_value,
        cast(null as {{ dbt.type_string() }}) as new_value,
        'removed' as change,
        versions.last_landing + 1 as landing_number
    from versions
    left join versions as after
        on
            versions.kind = after.kind
            and versions.definition_id = after.definition_id
            and versions.field = after.field
            and versions.last_landing = after.first_landing - 1
    where versions.known_to is not null and after.kind is null
),

changes as (
    select * from said
    union all
    select * from removed
)

select
    changes.*,
    landings.load_id,
    landings.known_at as seen_at
from changes
inner join landings on changes.landing_number = landings.landing_number
