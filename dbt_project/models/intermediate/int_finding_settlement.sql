{{ config(materialized='view') }}

with findings as (
    select * from {{ ref('stg_integrity__finding') }}
),

spoken_of as (
    select * from {{ ref('stg_integrity__finding_period') }}
),

-- An answer is about what was observed when it was given.
accepted as (
    select * from {{ ref('int_finding_answer') }}
    where answer_state = 'accepted'
)

select
    spoken_of.kpi_id,
    spoken_of.scope,
    spoken_of.period_start,
    count(*) filter (where accepted.finding_id is null) as asking,
    count(*) filter (where accepted.finding_id is null and findings.contests) as contesting
from spoken_of
inner join findings on spoken_of.finding_id = findings.finding_id
left join accepted
    on findings.finding_id = accepted.finding_id and findings.observed = accepted.about
group by spoken_of.kpi_id, spoken_of.scope, spoken_of.period_start
