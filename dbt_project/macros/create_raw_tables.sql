{#
  Makes the raw tables and columns that are declared as sources and not there yet, so that a build
  works before the first pull, and after a source was added. The loader finds its own names and
  types and goes on appending. What it adds to every row need not be declared.
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

{# What every raw row carries: when it was seen, its load, its number within table and load. #}
{% macro _row_columns(table) %}
    {% if table.loader == 'ledger' or table.name.startswith('_dlt_') %}
        {% do return({}) %}
    {% endif %}
    {% do return({'_seen_at': 'timestamp', '_dlt_load_id': 'varchar', '_row': 'bigint'}) %}
{% endmacro %}

{# The statements that complete one declared table, given {schema.table: [columns]}. #}
{% macro _missing_parts(table, existing) %}
    {% set name = table.schema ~ '.' ~ adapter.quote(table.identifier) %}
    {% set present = existing.get(table.schema ~ '.' ~ table.identifier) %}
    {% set declared = {} %}
    {% for column in table.columns.values() %}
        {% do declared.update({column.name: column.data_type}) %}
    {% endfor %}
    {% do declared.update(_row_columns(table)) %}
    {% set statements = [] %}
    {% if present is none %}
        {% set columns = [] %}
        {% for column, type in declared.items() %}
            {% do columns.append(adapter.quote(column) ~ ' ' ~ type) %}
        {% endfor %}
        {% do statements.append('create schema if not exists ' ~ table.schema) %}
        {% do statements.append('create table ' ~ name ~ ' (' ~ columns | join(', ') ~ ')') %}
    {% else %}
        {% for column, type in declared.items() if column not in present %}
            {% do statements.append(
                'alter table ' ~ name ~ ' add column ' ~ adapter.quote(column) ~ ' ' ~ type
            ) %}
        {% endfor %}
    {% endif %}
    {% do return(statements) %}
{% endmacro %}
