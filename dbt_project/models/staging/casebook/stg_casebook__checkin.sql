select
    sequence,
    checkin_id,
    key_result_id,
    confidence,
    {{ finite_measure(adapter.quote('share')) }} as confidence_share,
    declared_by,
    {{ adapter.quote('at') }} as declared_at,
    reason
from {{ source('raw_casebook', 'checkin') }}
where {{ is_known('raw_casebook', 'checkin') }}
