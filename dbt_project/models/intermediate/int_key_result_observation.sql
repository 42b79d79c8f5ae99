{{ config(materialized='view') }}

-- What a key result shows of itself, as observations of the KPI it is measured by.
with signals as (
    select * from {{ ref('int_key_result_signal') }}
),

aftermath as (
    select * from {{ ref('int_key_result_aftermath') }}
),

measures as (
    select * from {{ ref('stg_definitions__link') }}
    where role = 'measure'
),

judgements as (
    select * from {{ ref('int_kpi_judgement') }}
    where is_closed and value is not null
),

shown as (
    {%- for rule, sign in [
        ('off_trajectory', 'is_off_trajectory'),
        ('stagnation', 'is_stagnant'),
        ('watermelon', 'is_watermelon'),
    ] %}
        select
            key_result_id,
            period_start,
            '{{ rule }}' as rule,
            {{ sign }} as is_bad
        from signals
        where pace is not null
        union all
    {%- endfor %}
    select
        key_result_id,
        period_start,
        'relapse' as rule,
        is_relapsed as is_bad
    from aftermath
)

-- Of several key results with one measure the worst speaks.
select
    judgements.kpi_id,
    judgements.scope,
    shown.rule,
    judgements.period_start,
    judgements.value,
    judgements.target,
    judgements.floor,
    judgements.direction,
    case when shown.rule = 'off_trajectory' then judgements.fire_n else 1 end as fire_n,
    case when shown.rule = 'off_trajectory' then judgements.fire_m else 1 end as fire_m,
    judgements.recover_k,
    max(case when shown.is_bad then 1 else 0 end) = 1 as is_bad,
    false as fires_at_once,
    max(case when shown.is_bad then 1 else 0 end) = 0 as is_good
from shown
inner join measures on shown.key_result_id = measures.key_result_id
inner join judgements
    on
        measures.kpi_id = judgements.kpi_id
        and measures.scope = judgements.scope
        and shown.period_start = judgements.period_start
group by
    judgements.kpi_id, judgements.scope, shown.rule, judgements.period_start, judgements.value,
    judgements.target, judgements.floor, judgements.direction, judgements.fire_n,
    judgements.fire_m, judgements.recover_k
