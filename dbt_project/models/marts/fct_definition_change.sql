with changes as (
    select
        *,
        {{ dbt.split_part('definition_id', "'/'", 1) }} as about,
        {{ finite_measure('compared_value') }} as old_number,
        {{ finite_measure('new_value') }} as new_number,
        case
            when kind = 'kpi_target'
                then cast({{ dbt.split_part('definition_id', "'/'", 2) }} as date)
        end as begins_on
    from {{ ref('int_definition_comparison') }}
),

files as (
    select * from {{ ref('stg_definitions__definition_file') }}
),

-- When the first period was over that a target judges.
first_judged as (
    select
        changes.definition_id,
        min(terms.ended_on) as ended_on
    from changes
    inner join {{ ref('int_kpi_terms') }} as terms
        on changes.about = terms.kpi_id and changes.begins_on <= terms.period_start
    group by changes.definition_id
),

formulas as (
    select * from {{ ref('int_kpi_formula_version') }}
)

select
    changes.kind,
    changes.definition_id,
    changes.field,
    changes.change,
    changes.old_value,
    changes.compared_value,
    changes.new_value,
    changes.seen_at,
    changes.file,
    coalesce(files.author, 'unknown') as author,
    files.commit_id,
    coalesce(
        (changes.stricter_when = 'higher' and changes.new_number < changes.old_number)
        or (changes.stricter_when = 'lower' and changes.new_number > changes.old_number)
        or (changes.field = 'floor' and changes.new_value is null and changes.old_value is not null)
        or (changes.field = 'approved_on' and changes.new_value > changes.old_value)
        or (changes.change = 'removed' and (
            changes.kind in ('kpi_guard', 'kpi_target')
            or (changes.kind = 'link' and changes.definition_id like '%/guardrail/%')
        )),
        false
    ) as is_loosening,
    changes.field in ('target', 'floor')
    and coalesce(first_judged.ended_on <= cast(changes.seen_at as date), false) as is_retroactive
from changes
left join first_judged
    on changes.definition_id = first_judged.definition_id and changes.kind = 'kpi_target'
left join files on changes.load_id = files.load_id and changes.file = files.file

union all

select
    'formula' as kind,
    kpi_id as definition_id,
    'model_hash' as field,
    'changed' as change,
    old_hash as old_value,
    old_hash as compared_value,
    model_hash as new_value,
    known_at as seen_at,
    'dbt_project/models/kpis/kpi_' || kpi_id || '.sql' as file,
    'unknown' as author,
    cast(null as {{ dbt.type_string() }}) as commit_id,
    false as is_loosening,
    false as is_retroactive
from formulas
where old_hash <> model_hash
