{# Table, key, and the day that a row is of. #}
{%- set tables = [
    ('customer_order', 'order_id', 'promised_on'),
    ('downtime', 'downtime_id', 'work_date'),
    ('invoice', 'invoice_id', 'invoice_date'),
    ('recalibration', 'recalibration_id', 'planned_on'),
    ('sorter_day', 'sorter_day_id', 'work_date'),
] %}
{% for table, key, day in tables %}
    select
        '{{ table }}' as table_name,
        cast({{ key }} as {{ dbt.type_string() }}) as row_key,
        cast(null as {{ dbt.type_string() }}) as place,
        {{ day }} as dated_on,
        site,
        _deleted_at is not null as is_tombstone,
        cast(write_uid as {{ dbt.type_string() }}) as changed_by,
        changed_at,
        _dlt_load_id as load_id,
        _seen_at as seen_at
    from {{ source('raw_erp', table) }}
    where {{ is_known('raw_erp', table) }}
    {% if not loop.last %}union all{% endif %}
{% endfor %}
