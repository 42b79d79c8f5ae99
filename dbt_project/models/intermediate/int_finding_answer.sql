{{ config(materialized='view') }}

with acts as (
    select
        *,
        row_number() over (partition by finding_id, about order by sequence desc) as act_rank,
        row_number() over (partition by finding_id, about, kind order by sequence desc) as kind_rank
    from {{ ref('stg_casebook__finding_act') }}
),

answers as (
    select * from acts
    where kind = 'answered' and kind_rank = 1
),

newest as (
    select * from acts
    where act_rank = 1
)

select
    answers.finding_id,
    newest.kind as answer_state,
    answers.about,
    answers.reason,
    answers.said,
    answers.actor as answered_by,
    answers.happened_at as answered_at,
    case when newest.kind <> 'answered' then newest.actor end as decided_by,
    case when newest.kind <> 'answered' then newest.happened_at end as decided_at,
    case when newest.kind <> 'answered' then newest.said end as decision
from answers
inner join newest on answers.finding_id = newest.finding_id and answers.about = newest.about
