{# The embedded warehouse replaces a relation by one statement. What comes with the adapter builds
   aside, renames twice, drops, and asks for the columns before it comments on them: twelve
   statements a model, and two thirds of a build's time. #}
{% materialization table, adapter='duckdb' %}
  {%- set target = this.incorporate(type='table') -%}
  {%- do drop_other_type(target) -%}
  {% call statement('main') -%}
    {%- if config.get('contract').enforced -%}
      {{ get_assert_columns_equivalent(compiled_code) }}
      create or replace table {{ target }} {{ get_table_columns_and_constraints() }};
      insert into {{ target }} {{ get_column_names() }} (
        {{ get_select_subquery(compiled_code) }}
      );
      {{ comments(target) }}
    {%- else -%}
      create or replace table {{ target }} as ({{ compiled_code }})
    {%- endif -%}
  {%- endcall %}
  {{ adapter.commit() }}
  {{ return({'relations': [target]}) }}
{% endmaterialization %}


{% materialization view, adapter='duckdb' %}
  {%- set target = this.incorporate(type='view') -%}
  {%- do drop_other_type(target) -%}
  {% call statement('main') -%}
    create or replace view {{ target }} as ({{ compiled_code }})
  {%- endcall %}
  {{ adapter.commit() }}
  {{ return({'relations': [target]}) }}
{% endmaterialization %}


{% macro drop_other_type(target) %}
  {%- set existing = load_cached_relation(target) -%}
  {%- if existing is not none and existing.type != target.type -%}
    {%- do adapter.drop_relation(existing) -%}
  {%- endif -%}
{% endmacro %}


{# A contract names every column there is, so each can be described unasked. #}
{% macro comments(target) %}
  {%- if config.persist_relation_docs() and model.description -%}
    comment on table {{ target }} is {{ duckdb_escape_comment(model.description) }};
  {%- endif -%}
  {%- if config.persist_column_docs() -%}
    {%- for column in model.columns.values() if column.description -%}
      comment on column {{ target }}.{{ column.name }} is {{ duckdb_escape_comment(column.description) }};
    {%- endfor -%}
  {%- endif -%}
{% endmacro %}
