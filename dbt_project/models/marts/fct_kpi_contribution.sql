with parts as (
    select * from {{ ref('int_contribution_part') }}
),

readings as (
    select * from {{ ref('int_kpi_reading') }}
),

kpi_values as (
    select * from {{ ref('int_kpi_value') }}
),

-- A whole is made of its sites, and of their parts.
rolled_up as (
    select
        kpi_id,
        'all' as scope,
        period_start,
        dimension,
        member,
        {{ measure('sum(numerator_part)') }} as numerator_part,
        {{ measure('sum(denominator_part)') }} as denominator_part
    from parts
    group by kpi_id, period_start, dimension, member
),

sites as (
    select
        kpi_id,
        'all' as scope,
        period_start,
        'site' as dimension,
        scope as member,
        numerator as numerator_part,
        denominator as denominator_part
    from readings
    where scope <> 'all'
),

united as (
    select * from parts
    union all
    select * from rolled_up
    union all
    select * from sites
)

select
    united.kpi_id,
    united.scope,
    united.period_start,
    united.dimension,
    united.member,
    united.numerator_part,
    united.denominator_part,
    kpi_values.denominator
from united
inner join kpi_values
    on
        united.kpi_id = kpi_values.kpi_id
        and united.scope = kpi_values.scope
        and united.period_start = kpi_values.period_start
