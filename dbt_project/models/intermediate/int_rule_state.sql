-- The rules of one observation a period, and the one that watches how often a level turns.
with first_order as (
    select * from {{ ref('int_episode_state') }}
),

transitions as (
    select
        kpi_id,
        scope,
        'unstable' as rule,
        period_start,
        value,
        target,
        floor,
        direction,
        {{ var('unstable_transitions') }} as fire_n,
        {{ var('unstable_periods') }} as fire_m,
        {{ var('unstable_periods') }} as recover_k,
        opens or closes as is_bad,
        false as fires_at_once,
        not opens and not closes as is_good,
        side_state
    from first_order
    where rule = 'level'
),

record as (
    select * from {{ ref('int_episode_record') }}
),

{{ episode_machine('transitions', 'record') }}

select * from first_order
union all
select * from machine
