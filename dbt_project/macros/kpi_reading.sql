{#
  The last step of every KPI model: the columns of the KPI contract from a CTE with scope,
  period_start, numerator, denominator, source_rows and source_changed_at.
  `source_hash` names what the reading was made of; it changes when an edit at the source does not
  change the sums, because the time of the last edit is part of it.
#}
{% macro kpi_reading(parts) -%}
    select
        cast(scope as {{ dbt.type_string() }}) as scope,
        period_start,
        {{ measure('numerator') }} as numerator,
        {{ measure('denominator') }} as denominator,
        {{ ratio(measure('numerator'), measure('denominator')) }} as value,
        cast(source_rows as bigint) as source_rows,
        cast(source_changed_at as timestamp) as source_changed_at,
        {{ parts_hash(['numerator', 'denominator', 'source_rows', 'source_changed_at']) }} as source_hash
    from {{ parts }}
    where period_start is not null
{%- endmacro %}

{# MD5 over the given columns, each ended by a bar, NULL told apart from empty. #}
{% macro parts_hash(columns) -%}
    {%- set pieces = [] -%}
    {%- for column in columns -%}
        {%- do pieces.append(
            "coalesce(cast(" ~ column ~ " as " ~ dbt.type_string() ~ "), '<null>') || '|'"
        ) -%}
    {%- endfor -%}
    {{ dbt.hash(pieces | join(' || ')) }}
{%- endmacro %}
