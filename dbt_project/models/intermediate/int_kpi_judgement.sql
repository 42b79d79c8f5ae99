with periods as (
    select * from {{ ref('int_kpi_period') }}
),

kpis as (
    select * from {{ ref('stg_definitions__kpi') }}
),

targets as (
    select * from {{ ref('int_kpi_target_in_force') }}
),

heard as (
    select
        source,
        max(seen_at) as seen_at
    from {{ ref('stg_receipts__receipt') }}
    group by source
),

-- Closed is what is over; a value, once its source was heard on a later day: until then it may
-- lack the last of its facts.
judged as (
    select
        periods.*,
        periods.is_over and (
            periods.value is null
            or heard.seen_at is null
            or cast({{ local_time('heard.seen_at', 'kpis.time_zone') }} as date)
            > periods.period_end
        ) as is_closed,
        kpis.direction,
        kpis.fire_n,
        kpis.fire_m,
        kpis.recover_k,
        kpis.system_of_record,
        kpis.grace_days,
        targets.target,
        targets.floor,
        targets.valid_from as target_valid_from,
        targets.published_on,
        coalesce(targets.published_on <= periods.today, false) as is_due,
        {{ dead_band('targets.target', 'targets.floor') }} as recovery_margin
    from periods
    inner join kpis on periods.kpi_id = kpis.kpi_id
    left join heard on kpis.system_of_record = heard.source
    left join targets
        on periods.kpi_id = targets.kpi_id and periods.period_start = targets.period_start
),

newest as (
    select
        kpi_id,
        scope,
        max(period_start) as period_start
    from judged
    where is_closed
    group by kpi_id, scope
)

select
    judged.*,
    newest.period_start is not null as is_latest,
    {{ is_beyond('judged.value', 'judged.target', 'judged.direction') }} as is_beyond_target,
    {{ is_beyond('judged.value', 'judged.floor', 'judged.direction') }} as is_beyond_floor,
    coalesce(
        case
            when judged.direction = 'lower_is_better'
                then judged.value <= judged.target - judged.recovery_margin
            else judged.value >= judged.target + judged.recovery_margin
        end,
        false
    ) as is_past_recovery
from judged
left join newest
    on
        judged.kpi_id = newest.kpi_id
        and judged.scope = newest.scope
        and judged.period_start = newest.period_start
