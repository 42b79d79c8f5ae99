{# The one type of everything that is measured: sums are exact and replay to the same digits. #}
{% macro type_measure() -%} decimal(38, 9) {%- endmacro %}

{% macro measure(expression) -%} cast({{ expression }} as {{ type_measure() }}) {%- endmacro %}

{# A product; each factor and the result is a measure, or the places after the point would add up. #}
{% macro product(one, other) -%} {{ measure(measure(one) ~ ' * ' ~ measure(other)) }} {%- endmacro %}

{# A quotient, NULL where the denominator is 0 or missing: some databases answer inf instead. #}
{% macro ratio(numerator, denominator) -%}
    {{ measure(numerator ~ ' / nullif(' ~ denominator ~ ', 0)') }}
{%- endmacro %}

{# A number read from outside; NULL where it is NaN or infinite, since those compare as large. #}
{% macro finite_measure(expression) -%}
    {{ return(adapter.dispatch('finite_measure')(expression)) }}
{%- endmacro %}

{% macro duckdb__finite_measure(expression) -%}
    try_cast({{ expression }} as {{ type_measure() }})
{%- endmacro %}
