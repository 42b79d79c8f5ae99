with readings as (
    select
        *,
        row_number() over (partition by file order by _seen_at, _dlt_load_id) as reading
    from {{ source('raw_sheets', 'workbook') }}
    where {{ is_known('raw_sheets', 'workbook') }}
),

cells as (
    select * from {{ source('raw_sheets', 'cell') }}
    where {{ is_known('raw_sheets', 'cell') }}
),

-- Each row as a reading has it, and once more as the next reading finds it.
standing as (
    select
        lines.*,
        readings.reading,
        readings.reading + ahead.step as version
    from {{ ref('stg_sheets__line') }} as lines
    inner join readings on lines.file = readings.file and lines.load_id = readings._dlt_load_id
    cross join unnest([0, 1]) as ahead (step)
),

versions as (
    select
        table_name,
        row_key,
        version,
        max(reading) < version as is_tombstone
    from standing
    group by table_name, row_key, version
    having count(*) = 1 or min(figures) <> max(figures)
),

-- The cells that read otherwise, where they stand now or, when they are gone, stood before.
edited as (
    select
        standing.table_name,
        standing.row_key,
        standing.dated_on,
        standing.site,
        standing.file,
        standing.version,
        versions.is_tombstone,
        max_by(standing.sheet || '!' || cells.cell, standing.reading) as cell
    from versions
    inner join standing
        on
            versions.table_name = standing.table_name
            and versions.row_key = standing.row_key
            and versions.version = standing.version
    inner join cells
        on
            standing.file = cells.file
            and standing.sheet = cells.sheet
            and standing.row_number = cells.row_number
            and standing.load_id = cells._dlt_load_id
    group by
        standing.table_name, standing.row_key, standing.dated_on, standing.site, standing.file,
        standing.version, versions.is_tombstone,
        coalesce(cells.column_name, cast(cells.column_number as varchar))
    having count(*) = 1 or min(cells.value_text) <> max(cells.value_text)
)

select
    edited.table_name,
    edited.row_key,
    max(edited.file) || ' ' || string_agg(edited.cell, ', ' order by edited.cell) as place,
    edited.dated_on,
    edited.site,
    edited.is_tombstone,
    readings.modified_by as changed_by,
    readings.modified_at as changed_at,
    readings._dlt_load_id as load_id,
    readings._seen_at as seen_at
from edited
inner join readings on edited.file = readings.file and edited.version = readings.reading
group by all
