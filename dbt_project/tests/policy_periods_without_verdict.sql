{{ config(meta={'dagster': {'ref': {'name': 'fct_policy_verdict'}}}) }}
-- Periods in which a policy is in force and none of its rules matches.
select
    states.policy_id,
    states.period_start
from {{ ref('fct_policy_state') }} as states
left join {{ ref('fct_policy_verdict') }} as verdicts
    on
        states.policy_id = verdicts.policy_id
        and states.period_start = verdicts.period_start
where verdicts.policy_id is null
