{# What an Execution Owner answers for, and how much each part counts; together they are 1. #}
{% set weights = {
    'freshness': 0.25, 'coverage': 0.20, 'integrity': 0.20, 'provenance': 0.10, 'evidence': 0.10,
    'cases': 0.10, 'policy': 0.05,
} -%}

with links as (
    select
        bridge.*,
        moments.as_of
    from {{ ref('bridge_key_result_kpi') }} as bridge
    cross join {{ ref('int_as_of') }} as moments
    where
        (bridge.valid_from is null or bridge.valid_from <= moments.as_of)
        and (bridge.valid_to is null or bridge.valid_to >= cast(moments.as_of as date))
),

kpis as (
    select * from {{ ref('dim_kpi') }}
),

roles as (
    select * from {{ ref('dim_role') }}
),

sources as (
    select * from {{ ref('fct_source_freshness') }}
),

records as (
    select * from {{ ref('int_link_record') }}
),

evidence as (
    select * from {{ ref('fct_link_evidence') }}
),

cases as (
    select * from {{ ref('fct_case_time') }}
    where is_open
),

policies as (
    select * from {{ ref('dim_policy') }}
),

parts as (
    select
        links.*,
        case when sources.status = 'healthy' then 1 else 0 end as freshness
    from links
)

select * from parts
