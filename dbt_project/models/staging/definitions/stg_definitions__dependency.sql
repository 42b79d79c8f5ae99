select
    dependency_id,
    objective_id,
    needs,
    department,
    confirmed_by,
    confirmed_on,
    unconfirmed_by,
    risk_owner
from {{ source('raw_definitions', 'dependency') }}
where {{ is_in_newest_landing('raw_definitions', 'dependency') }}
