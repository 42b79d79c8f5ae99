with restatements as (
    select * from {{ ref('int_restatement_effect') }}
)

select
    kpi_id,
    scope,
    period_start,
    version,
    restated_at,
    class,
    from_value,
    to_value,
    {{ measure('change') }} as change,
    {{ ratio('change', 'abs(from_value)') }} as relative_change,
    from_target,
    to_target,
    materiality,
    was_beyond and not is_beyond_now and to_value is not null and to_target is not null
        as is_flip_to_pass,
    is_beyond_now and not was_beyond and from_value is not null and from_target is not null
        as is_flip_to_fail,
    case
        when class = 'formula' and is_facts_change then 'unsplit'
        when class in ('formula', 'target') then 'measuring'
        else 'world'
    end as movement,
    {{ measure("case when class not in ('formula', 'target') then change"
        ~ " when class = 'target' or not is_facts_change then 0 end") }} as change_in_world,
    {{ measure("case when class <> 'formula' then 0 when not is_facts_change then change end") }}
        as change_in_measuring
from restatements
