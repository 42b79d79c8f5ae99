with findings as (
    select * from {{ ref('stg_integrity__finding') }}
),

breaches as (
    select * from {{ ref('int_kpi_breach') }}
),

answers as (
    select * from {{ ref('int_finding_answer') }}
),

scopes as (
    select distinct
        kpi_id,
        scope
    from {{ ref('int_kpi_period') }}
),

asked as (
    select
        finding_id,
        kpi_id,
        scope,
        period_start,
        guard,
        kind,
        grade,
        cast(n as integer) as n,
        observed,
        expected,
        p_value,
        question,
        evidence,
        innocent_explanations,
        false_alarm_rate
    from findings
    union all
    select
        breaches.kpi_id || '.' || coalesce(scopes.scope, 'all')
        || '.seals_intact.' || breaches.breach_id as finding_id,
        breaches.kpi_id,
        coalesce(scopes.scope, 'all') as scope,
        cast(null as date) as period_start,
        'seals_intact' as guard,
        'structural' as kind,
        'D' as grade,
        cast(breaches.row_count as integer) as n,
        breaches.observed,
        'every raw row as it was sealed when it was loaded' as expected,
        {{ measure('null') }} as p_value,
        breaches.observed || '. Who changed it, and what for?' as question,
        breaches.evidence,
        '["a repair of the warehouse that was not told", "a restored backup"]'
            as innocent_explanations,
        {{ measure('0') }} as false_alarm_rate
    from breaches
    left join scopes on breaches.kpi_id = scopes.kpi_id
)

-- An answer is about what was observed when it was given; something else is a new question.
select
    asked.*,
    coalesce(answers.answer_state, 'open') as answer_state,
    answers.reason as answer_reason,
    answers.said as answer,
    answers.answered_by,
    answers.answered_at,
    answers.decided_by,
    answers.decided_at,
    answers.decision
from asked
left join answers
    on asked.finding_id = answers.finding_id and asked.observed = answers.about
