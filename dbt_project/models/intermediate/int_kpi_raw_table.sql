with lineage as (
    select
        cast(null as {{ dbt.type_string() }}) as kpi_id,
        cast(null as {{ dbt.type_string() }}) as dataset,
        cast(null as {{ dbt.type_string() }}) as table_name
    {%- for kpi_id, dataset, table_name in kpi_raw_tables() %}
    union all
    select '{{ kpi_id }}', '{{ dataset }}', '{{ table_name }}'
    {%- endfor %}
)

select
    kpi_id,
    dataset,
    table_name
from lineage
where kpi_id is not null
