with restatements as (
    select * from {{ ref('int_restatement') }}
),

kpis as (
    select * from {{ ref('stg_definitions__kpi') }}
),

-- What moved is the value, or the target it is held against.
measured as (
    select
        restatements.*,
        restatements.to_value - restatements.from_value as change,
        case
            when restatements.class <> 'target'
                then abs(restatements.to_value - restatements.from_value)
            else
                abs(restatements.to_target - restatements.from_target)
                + coalesce(abs(restatements.to_floor - restatements.from_floor), 0)
        end as moved,
        nullif({{ dead_band('restatements.from_target', 'restatements.from_floor') }}, 0)
            as dead_band,
        {{ measure('power(10, -kpis.decimals)') }} as resolution,
        {{ is_beyond('restatements.from_value', 'restatements.from_target', 'kpis.direction') }}
            as was_beyond,
        {{ is_beyond('restatements.to_value', 'restatements.to_target', 'kpis.direction') }}
            as is_beyond_now
    from restatements
    inner join kpis on restatements.kpi_id = kpis.kpi_id
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
    case
        when moved is null or was_beyond <> is_beyond_now then 'material'
        when moved >= coalesce(dead_band, resolution) then 'material'
        when 2 * moved >= resolution then 'minor'
        else 'immaterial'
    end as materiality,
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
from measured
