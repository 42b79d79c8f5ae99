{# Table, and its figures; each of its rows is of a week and a site. #}
{%- set tables = [
    ('complaints', ['complaints']),
    ('training', ['headcount', 'trained', 'trained_share']),
] %}
with lines as (
    {% for table, figures in tables %}
        select
            '{{ table }}' as table_name,
            file,
            sheet,
            row_number,
            week_starting as dated_on,
            lower(site) as site,
            concat_ws(' ', {{ figures | join(", '|', ") }}) as figures,
            _dlt_load_id as load_id
        from {{ source('raw_sheets', table) }}
        where {{ is_known('raw_sheets', table) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    table_name,
    concat_ws(' ', file, dated_on, site, row_number() over (
        partition by table_name, file, dated_on, site, load_id order by sheet, row_number
    )) as row_key,
    dated_on,
    site,
    figures,
    file,
    sheet,
    row_number,
    load_id
from lines
