with periods as (
    select * from {{ ref('int_kpi_period') }}
),

kpis as (
    select * from {{ ref('stg_definitions__kpi') }}
),

targets as (
    select * from {{ ref('stg_definitions__kpi_target') }}
),

-- A target is in force until the next one begins.
target_spans as (
    select
        *,
        lead(valid_from) over (partition by kpi_id order by valid_from) as valid_until
    from targets
),

judged as (
    select
        periods.*,
        kpis.direction,
        kpis.fire_n,
        kpis.fire_m,
        kpis.recover_k,
        kpis.system_of_record,
        kpis.grace_days,
        target_spans.target,
        target_spans.floor,
        target_spans.valid_from as target_valid_from,
        {{ measure(
            var('recovery_band') ~ ' * abs(target_spans.target - coalesce(target_spans.floor, target_spans.target))'
        ) }} as recovery_margin
    from periods
    inner join kpis on periods.kpi_id = kpis.kpi_id
    left join target_spans
        on
            periods.kpi_id = target_spans.kpi_id
            and periods.period_start >= target_spans.valid_from
            and (
                target_spans.valid_until is null
                or periods.period_start < target_spans.valid_until
            )
),

newest as (
    select
        kpi_id,
        scope,
        max(period_start) as period_start
    from periods
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
