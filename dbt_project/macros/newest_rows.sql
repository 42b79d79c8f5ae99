{#
  The newest version of each row of one raw table, kept as a table and brought up to date by the
  loads that have come since, so that no build looks for the newest among all versions again.

  The model stays the whole truth, a select over all that is known; `is_touched()` in it says
  "true", and here "of a row that a new load speaks of". Which loads a table counts is written
  beside it in the same transaction. It is read anew from all of raw when its SQL or the moment it
  is judged at changes, when the seals name other rows as broken, or when a counted load is gone.

  Config: `key`, the column that tells rows apart.
#}
{% materialization newest_rows, adapter='duckdb' %}
  {%- set target = this.incorporate(type='table') -%}
  {%- set raw = source(*model.sources[0]) -%}
  {%- set loads = source(model.sources[0][0], '_dlt_loads') -%}
  {%- set counted = 'staging.counted_load' -%}
  {%- do drop_other_type(target) -%}
  {%- set news = run_query(news_query(raw, loads, counted)).rows[0] -%}
  {%- set recipe, is_extended, new_loads = news[0], news[1], news[2] -%}
  {%- set key = config.require('key') -%}
  {%- set touched = key ~ " in (select " ~ key ~ " from touched)" -%}
  {% if flags.FULL_REFRESH or not is_extended or load_cached_relation(target) is none -%}
    {% call statement('main') -%}
      create or replace table {{ target }} as ({{ compiled_code }});
      delete from {{ counted }} where relation = '{{ target.identifier }}';
      insert into {{ counted }}
      select '{{ target.identifier }}', '{{ recipe }}', load_id from {{ loads }} where status = 0
    {%- endcall %}
  {%- elif new_loads -%}
    {% call statement('main') -%}
      {# a table of its own, so that the planner knows how few they are #}
      create or replace temporary table touched as
      select distinct {{ key }} from {{ raw }} where _dlt_load_id in ({{ new_loads }});
      delete from {{ target }} where {{ touched }};
      insert into {{ target }} ({{ compiled_code | replace(is_touched(), touched) }});
      insert into {{ counted }}
      select '{{ target.identifier }}', '{{ recipe }}', load_id from {{ loads }}
      where load_id in ({{ new_loads }})
    {%- endcall %}
  {%- else -%}
    {%- call noop_statement('main', 'nothing new') %}{% endcall -%}
  {%- endif -%}
  {{ adapter.commit() }}
  {{ return({'relations': [target]}) }}
{% endmaterialization %}


{% macro is_touched() -%}
    true /* touched */
{%- endmacro %}


{# Made before the models, several of which may be built at once. #}
{% macro create_counted_load() %}
    {% if execute %}
        {% do run_query("create schema if not exists staging") %}
        {% do run_query(
            "create table if not exists staging.counted_load"
            ~ " (relation varchar, recipe varchar, load_id varchar)"
        ) %}
    {% endif %}
{% endmacro %}


{# One row: the recipe, whether the table needs no more than what is new, and the new loads. #}
{% macro news_query(raw, loads, counted) %}
    with recipe as (
        select
            md5('{{ local_md5(compiled_code) }}' || coalesce(
                string_agg(load_id || ':' || row_number, ',' order by load_id, row_number), ''
            )) as recipe
        from {{ source('raw_ledger', 'broken_row') }}
        where
            dataset = '{{ raw.schema }}' and table_name = '{{ raw.identifier }}'
            and {{ is_open_breach() }}
    ),

    counted as (
        select load_id from {{ counted }}
        where relation = '{{ this.identifier }}' and recipe = (select recipe from recipe)
    ),

    committed as (
        select load_id from {{ loads }}
        where status = 0
    )

    select
        (select recipe from recipe),
        exists (from counted)
        and not exists (from counted where load_id not in (from committed)),
        (
            select string_agg('''' || load_id || '''', ', ' order by load_id) from committed
            where load_id not in (from counted)
        )
{% endmacro %}
