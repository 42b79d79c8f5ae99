select
    policy_id,
    position,
    rule,
    integrity,
    floor,
    budget,
    pace,
    effort,
    verdict,
    instruction
from {{ source('raw_definitions', 'policy_rule') }}
where {{ is_in_newest_landing('raw_definitions', 'policy_rule') }}
