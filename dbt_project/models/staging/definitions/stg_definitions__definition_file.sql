select
    file,
    commit_id,
    author,
    committed_at,
    _dlt_load_id as load_id
from {{ source('raw_definitions', 'definition_file') }}
where {{ is_known('raw_definitions', 'definition_file') }}
