with states as (
    select * from {{ ref('fct_policy_state') }}
),

rules as (
    select * from {{ ref('stg_definitions__policy_rule') }}
),

policies as (
    select * from {{ ref('stg_definitions__policy') }}
),

matches as (
    select
        states.policy_id,
        states.period_start,
        states.is_latest,
        rules.rule,
        rules.verdict,
        rules.instruction,
        row_number() over (
            partition by states.policy_id, states.period_start order by rules.position
        ) as match_number
    from states
    inner join rules
        on
            states.policy_id = rules.policy_id
            and (rules.integrity is null or states.integrity = rules.integrity)
            and (rules.floor is null or states.floor = rules.floor)
            and (rules.budget is null or states.budget = rules.budget)
            and (rules.pace is null or states.pace = rules.pace)
            and (rules.effort is null or states.effort = rules.effort)
)

select
    matches.policy_id,
    matches.period_start,
    matches.rule,
    matches.verdict,
    matches.instruction,
    policies.approved_on,
    policies.approved_by,
    matches.is_latest
from matches
inner join policies on matches.policy_id = policies.policy_id
where matches.match_number = 1
