{#
  Makes the raw tables and columns that are declared as sources and not there yet, so that a build
  works before the first pull, and after a source was added. The loader finds its own names and
  types and goes on appending.
#}
{% macro create_raw_tables() %}
    {% if execute %}
        {% set existing = {} %}
        {% set found = run_query(
            "select lower(table_schema || '.' || table_name), lower(column_name)"
            ~ " from information_schema.columns where table_schema like 'raw\\_%' escape '\\'"
        ) %}
        {% for row in found.rows %}
            {% do existing.setdefault(row[0], []).append(row[1]) %}
        {% endfor %}
        {% set statements = [] %}
        {% for table in graph.sources.values() | sort(attribute='unique_id') %}
            {% do statements.extend(_missing_parts(table, existing)) %}
        {% endfor %}
        {% for statement in statements | unique %}
            {% do run_query(statement) %}
        {% endfor %}
    {% endif %}
{% endmacro %}

{# The statements that complete one declared table, given {schema.table: [columns]}. #}
{% macro _missing_parts(table, existing) %}
    {% set name = table.schema ~ '.' ~ adapter.quote(table.identifier) %}
    {% set present = existing.get(table.schema ~ '.' ~ table.identifier) %}
    {% set statements = [] %}
    {% if present is none %}
        {% set columns = [] %}
        {% for column in table.columns.values() %}
            {% do columns.append(adapter.quote(column.name) ~ ' ' ~ column.data_type) %}
        {% endfor %}
        {% do statements.append('create schema if not exists ' ~ table.schema) %}
        {% do statements.append('create table ' ~ name ~ ' (' ~ columns | join(', ') ~ ')') %}
    {% else %}
        {% for column in table.columns.values() if column.name not in present %}
            {% do statements.append(
                'alter table ' ~ name ~ ' add column '
                ~ adapter.quote(column.name) ~ ' ' ~ column.data_type
            ) %}
        {% endfor %}
    {% endif %}
    {% do return(statements) %}
{% endmacro %}
