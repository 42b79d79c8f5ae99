with facts as (
    select * from {{ ref('stg_definitions__definition_field') }}
),

landings as (
    select * from {{ ref('stg_definitions__landing') }}
),

-- Landings in a row that say the same of a field share the distance of the two counts.
counted as (
    select
        facts.kind,
        facts.definition_id,
        facts.field,
        facts.value,
        facts.file,
        landings.landing_number,
        landings.landing_number - row_number() over (
            partition by facts.kind, facts.definition_id, facts.field, facts.value
            order by landings.landing_number
        ) as run
    from facts
    inner join landings on facts.load_id = landings.load_id
),

runs as (
    select
        kind,
        definition_id,
        field,
        value,
        max(file) as file,
        min(landing_number) as first_landing,
        max(landing_number) as last_landing
    from counted
    group by kind, definition_id, field, value, run
)

select
    runs.kind,
    runs.definition_id,
    runs.field,
    runs.value,
    runs.file,
    runs.first_landing,
    runs.last_landing,
    first_said.known_at as known_from,
    last_said.superseded_at as known_to
from runs
inner join landings as first_said on runs.first_landing = first_said.landing_number
inner join landings as last_said on runs.last_landing = last_said.landing_number
