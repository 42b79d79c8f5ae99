select
    kind,
    definition_id,
    field,
    value,
    file,
    _dlt_load_id as load_id
from {{ source('raw_definitions', 'definition_field') }}
where {{ is_known('raw_definitions', 'definition_field') }}
