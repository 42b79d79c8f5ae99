{{ config(materialized='view') }}

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
    *,
    case
        when moved is null or was_beyond <> is_beyond_now then 'material'
        when moved >= coalesce(dead_band, resolution) then 'material'
        when 2 * moved >= resolution then 'minor'
        else 'immaterial'
    end as materiality
from measured
