{# The embedded warehouse replaces a relation by one statement. What comes with the adapter builds
   aside, renames twice, drops, and asks for the columns before it comments on them: twelve
   statements a model, and two thirds of a build's time. #}
{% materialization table, adapter='duckdb' %}
  {%- set target = this.incorporate(type='table') -%}
  {%- do drop_other_type(target) -%}
  {%- do make("create or replace table " ~ target ~ " as (" ~ compiled_code ~ ")") -%}
  {%- if config.get('contract').enforced -%}
    {%- do adapter.execute(hold_to_contract(target)) -%}
  {%- endif -%}
  {{ adapter.commit() }}
  {{ return({'relations': [target]}) }}
{% endmaterialization %}


{% materialization view, adapter='duckdb' %}
  {%- set target = this.incorporate(type='view') -%}
  {%- do drop_other_type(target) -%}
  {%- do make("create or replace view " ~ target ~ " as (" ~ compiled_code ~ ")") -%}
  {{ adapter.commit() }}
  {{ return({'relations': [target]}) }}
{% endmaterialization %}


{# The statement that makes a model. dbt's own would write it to a file as well. #}
{% macro make(sql) %}
  {%- set response, _ = adapter.execute(sql, auto_begin=True, fetch=False) -%}
  {%- do store_result('main', response=response) -%}
{% endmacro %}


{% macro drop_other_type(target) %}
  {%- set existing = load_cached_relation(target) -%}
  {%- if existing is not none and existing.type != target.type -%}
    {%- do adapter.drop_relation(existing) -%}
  {%- endif -%}
{% endmacro %}


{# What was made is compared with what is declared, inside its transaction. dbt compares the query
   instead, and has it planned twice. Gives the statements for what a query cannot say: which
   columns are never empty, and what everything means. #}
{% macro hold_to_contract(target) %}
  {%- set declared, statements = [], [] -%}
  {%- for column in model.columns.values() -%}
    {%- do declared.append(column.name ~ ' ' ~ column.data_type | upper) -%}
    {%- for constraint in column.constraints -%}
      {%- if constraint.type != 'not_null' -%}
        {%- do exceptions.raise_compiler_error("not a constraint of ours: " ~ constraint.type) -%}
      {%- endif -%}
      {%- do statements.append(
          "alter table " ~ target ~ " alter column " ~ column.name ~ " set not null"
      ) -%}
    {%- endfor -%}
  {%- endfor -%}
  {%- set made = [] -%}
  {%- for column in adapter.get_column_schema_from_query("from " ~ target) -%}
    {%- do made.append(column.name ~ ' ' ~ column.dtype) -%}
  {%- endfor -%}
  {%- if made != declared or model.constraints -%}
    {%- do exceptions.raise_compiler_error(
        "the contract says " ~ declared ~ ", the query " ~ made
    ) -%}
  {%- endif -%}
  {%- do return((statements + comments(target)) | join("; ")) -%}
{% endmacro %}


{% macro comments(target) %}
  {%- set statements = [] -%}
  {%- if config.persist_relation_docs() and model.description -%}
    {%- do statements.append(
        "comment on table " ~ target ~ " is " ~ duckdb_escape_comment(model.description)
    ) -%}
  {%- endif -%}
  {%- if config.persist_column_docs() -%}
    {%- for column in model.columns.values() if column.description -%}
      {%- do statements.append(
          "comment on column " ~ target ~ "." ~ column.name ~ " is "
          ~ duckdb_escape_comment(column.description)
      ) -%}
    {%- endfor -%}
  {%- endif -%}
  {%- do return(statements) -%}
{% endmacro %}
