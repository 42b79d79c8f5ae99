with versions as (
    select * from {{ ref('int_definition_version') }}
)

select
    kind,
    definition_id,
    field,
    value,
    file,
    known_from,
    known_to,
    known_to is null as is_current
from versions
