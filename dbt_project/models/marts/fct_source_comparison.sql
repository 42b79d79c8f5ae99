with reported as (
    select * from {{ ref('int_reported_value') }}
),

readings as (
    select * from {{ ref('int_kpi_value') }}
),

kpis as (
    select * from {{ ref('stg_definitions__kpi') }}
),

resolutions as (
    select
        kpi_id,
        max({{ finite_measure(json_text('parameters', 'resolution')) }}) as resolution
    from {{ ref('stg_definitions__kpi_guard') }}
    group by kpi_id
),

-- A workbook that is itself the system of record is not a second source.
compared as (
    select
        reported.kpi_id,
        reported.scope,
        reported.period_start,
        kpis.system_of_record,
        readings.value as value_of_record,
        readings.source_rows as rows_of_record,
        readings.source_hash as hash_of_record,
        'sheets' as other_source,
        reported.reported_value as other_value,
        reported.file || '!' || reported.cell as other_row,
        {{ measure('reported.reported_value - readings.value') }} as difference,
        coalesce(resolutions.resolution, 0) as tolerance
    from reported
    inner join kpis on reported.kpi_id = kpis.kpi_id and kpis.system_of_record <> 'sheets'
    left join resolutions on reported.kpi_id = resolutions.kpi_id
    left join readings
        on
            reported.kpi_id = readings.kpi_id
            and reported.scope = readings.scope
            and reported.period_start = readings.period_start
)

select
    kpi_id,
    scope,
    period_start,
    system_of_record,
    value_of_record,
    rows_of_record,
    hash_of_record,
    other_source,
    other_value,
    other_row,
    difference,
    tolerance,
    case
        when difference is null then 'not_comparable'
        when abs(difference) <= tolerance then 'agree'
        else 'differ'
    end as outcome,
    'the system of record outranks a report kept by hand' as precedence
from compared
