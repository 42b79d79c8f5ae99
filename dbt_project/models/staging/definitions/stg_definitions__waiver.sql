select
    key_result_id,
    rule,
    kpi_id,
    reason,
    signed_by,
    signed_on,
    valid_to
from {{ source('raw_definitions', 'waiver') }}
where {{ is_in_newest_landing('raw_definitions', 'waiver') }}
