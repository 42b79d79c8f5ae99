with links as (
    select * from {{ ref('bridge_key_result_kpi') }}
),

moments as (
    select * from {{ ref('int_as_of') }}
),

soundness as (
    select * from {{ ref('int_kpi_soundness') }}
),

sources as (
    select * from {{ ref('fct_source_freshness') }}
),

evidence as (
    select * from {{ ref('fct_link_evidence') }}
),

cases as (
    select
        kpi_id,
        scope,
        avg(case when is_late then 0 else 1 end) as in_time
    from {{ ref('fct_case_time') }}
    where is_open
    group by kpi_id, scope
),

parts as (
    select
        links.*,
        moments.as_of,
        case when sources.status = 'healthy' then 1 else 0 end as freshness,
        soundness.coverage,
        soundness.integrity,
        soundness.provenance,
        case evidence.verdict when 'insufficient' then 0.5 when 'not_supported' then 0 else 1 end
            as evidence,
        coalesce(cases.in_time, 1) as cases_in_time,
        coalesce(policies.has_policy, 1) as policy,
        policies.waiver
    from links
    inner join moments
        on
            (links.valid_from is null or links.valid_from <= moments.as_of)
            and (links.valid_to is null or cast(moments.as_of as date) <= links.valid_to)
    left join soundness on links.kpi_id = soundness.kpi_id and links.scope = soundness.scope
    left join sources on soundness.system_of_record = sources.source
    left join evidence
        on
            links.key_result_id = evidence.key_result_id
            and links.kpi_id = evidence.kpi_id
            and links.scope = evidence.scope
    left join {{ ref('int_link_policy') }} as policies
        on
            links.key_result_id = policies.key_result_id
            and links.kpi_id = policies.kpi_id
            and links.scope = policies.scope
    left join cases on links.kpi_id = cases.kpi_id and links.scope = cases.scope
)

select
    key_result_id,
    kpi_id,
    scope,
    role,
    execution_owner,
    {%- for part in link_weights() %}
        {{ measure('coalesce(' ~ part ~ ', 0)') }} as {{ part }},
    {%- endfor %}
    {{ measure(link_score()) }} as score,
    {{ link_score() }} >= {{ var('link_sound_from') }} as is_sound,
    waiver,
    as_of
from parts
