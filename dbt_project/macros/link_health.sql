{#
  The parts of a link's health, and how much each counts; together they are 1. A source that is
  silent, or a number in question, weighs most. Whether a target is met is none of them.
#}
{% macro link_weights() -%}
    {{ return({
        'freshness': 0.25,
        'coverage': 0.20,
        'integrity': 0.20,
        'provenance': 0.10,
        'evidence': 0.10,
        'cases_in_time': 0.10,
        'policy': 0.05,
    }) }}
{%- endmacro %}

{# Their weighted sum; a part that is missing counts as nothing. #}
{% macro link_score() -%}
    {% for part, weight in link_weights().items() -%}
        {{ ' + ' if not loop.first }}{{ weight }} * coalesce({{ part }}, 0)
    {%- endfor %}
{%- endmacro %}
