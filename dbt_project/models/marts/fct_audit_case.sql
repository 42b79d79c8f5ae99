with events as (
    select * from {{ ref('stg_casebook__case_event') }}
),

cases as (
    select
        case_id,
        min(happened_at) as opened_at,
        min(case when kind = 'opened' then happened_at end) as announced_at,
        min(case when kind = 'audit_finished' then happened_at end) as audited_at,
        count(*) filter (where kind = 'opened') as openings,
        count(*) filter (where kind = 'announced_closed') as closings,
        max(case when kind = 'audit_finished' then {{ json_text('payload', 'departments') }} end)
            as departments
    from events
    group by case_id
)

select
    case_id,
    {{ dbt.split_part('case_id', "'.'", 1) }} as kpi_id,
    {{ dbt.split_part('case_id', "'.'", 2) }} as scope,
    {{ dbt.split_part('case_id', "'.'", 3) }} as rule,
    opened_at,
    announced_at,
    audited_at,
    case
        when openings > 0 and closings >= openings then 'closed'
        when audited_at is not null then 'audited'
        else 'opened'
    end as state,
    departments
from cases
