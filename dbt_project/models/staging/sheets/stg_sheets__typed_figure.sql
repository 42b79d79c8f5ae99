with cells as (
    select * from {{ source('raw_sheets', 'cell') }}
    where {{ is_known('raw_sheets', 'cell') }}
),

-- Lines are known by the week and the site they speak of: rows move, these do not.
lines as (
    select
        file,
        sheet,
        row_number,
        _dlt_load_id,
        {{ week_of("max(case when column_name = 'Week starting' then value_date end)") }}
            as period_start,
        max(case when column_name = 'Site' then lower(value_text) end) as scope
    from cells
    group by file, sheet, row_number, _dlt_load_id
),

readings as (
    select
        lines.file,
        lines.scope,
        lines.period_start,
        cells.column_name,
        cells.sheet,
        cells.cell,
        cells.value_number,
        cells.modified_by,
        cells.modified_at,
        cells._seen_at as seen_at,
        lag(cells.value_number) over told as value_before
    from cells
    inner join lines
        on
            cells.file = lines.file and cells.sheet = lines.sheet
            and cells.row_number = lines.row_number and cells._dlt_load_id = lines._dlt_load_id
    where
        cells.formula is null and cells.value_number is not null
        and lines.scope is not null and lines.period_start is not null
    window told as (
        partition by lines.file, lines.scope, lines.period_start, cells.column_name
        order by cells._seen_at, cells._dlt_load_id
    )
)

select
    file,
    scope,
    period_start,
    column_name,
    sheet,
    cell,
    value_before,
    value_number,
    modified_by,
    modified_at,
    seen_at
from readings
where value_before is null or value_before <> value_number
