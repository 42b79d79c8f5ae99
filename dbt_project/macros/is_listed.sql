{# Whether a word stands in a list that was landed as text, separated by a comma and a space. #}
{% macro is_listed(word, list) -%}
    {{ dbt.position("', ' || " ~ word ~ " || ', '", "', ' || " ~ list ~ " || ', '") }} > 0
{%- endmacro %}
