{# What follows `key:` among the labels of a JSON list such as ["site:north", "weight:10"]. #}
{% macro json_label(labels, key) -%}
    {%- set after_key = dbt.split_part(labels, "'\"" ~ key ~ ":'", 2) | trim -%}
    nullif({{ dbt.split_part(after_key, "'\"'", 1) | trim }}, '')
{%- endmacro %}
