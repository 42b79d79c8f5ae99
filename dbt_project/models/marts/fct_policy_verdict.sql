with states as (
    select * from {{ ref('fct_policy_state') }}
),

rules as (
    select * from {{ ref('stg_definitions__policy_rule') }}
),

policies as (
    select * from {{ ref('stg_definitions__policy') }}
),

-- A breach that was open before a policy was approved is not the policy's to judge: whoever sets
-- the rule after the game sets it to win.
breaches as (
    select * from {{ ref('fct_kpi_episode') }}
    where rule = 'level'
),

approved_late as (
    select distinct
        states.policy_id,
        states.period_start
    from states
    inner join policies on states.policy_id = policies.policy_id
    inner join breaches
        on
            policies.guardrail_kpi_id = breaches.kpi_id
            and policies.guardrail_scope in (breaches.scope, 'all')
            and policies.approved_on > breaches.opened_period
            and states.period_start >= breaches.opened_period
            and (
                breaches.closed_period is null
                or states.period_start < breaches.closed_period
            )
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
    case when late.policy_id is null then matches.rule else 'approved_late' end as rule,
    case when late.policy_id is null then matches.verdict else 'no_verdict' end as verdict,
    case
        when late.policy_id is null then matches.instruction
        else
            'This policy was approved after the breach had opened, so it does not decide it. '
            || policies.dispute_route
    end as instruction,
    policies.approved_on,
    policies.approved_by,
    matches.is_latest
from matches
inner join policies on matches.policy_id = policies.policy_id
left join approved_late as late
    on matches.policy_id = late.policy_id and matches.period_start = late.period_start
where matches.match_number = 1
