{# Progress between 0 and 1; NULL stays NULL. #}
{% macro clamped(progress) -%}
    case when {{ progress }} < 0 then 0 when {{ progress }} > 1 then 1 else {{ progress }} end
{%- endmacro %}

{#
  What a key result should have by the end of a period. What moves follows its path, one stretch of
  which the period ends in: straight, or, back-loaded, by the square of the time gone, a quarter of
  the way at half-time. Yes or no is nothing before the end; what has to stay in range is all of it.
#}
{% macro expected_progress() -%}
    {%- set gone = clamped(ratio(
        dbt.datediff('stretch_from', 'period_end', 'day'),
        dbt.datediff('stretch_from', 'stretch_to', 'day')
    )) -%}
    {{ measure(
        "case when kind in ('increase_to', 'decrease_to', 'milestone')"
        ~ " then progress_from + (progress_to - progress_from) * (" ~ gone ~ ")"
        ~ " * case when path = 'back_loaded' then " ~ gone ~ " else 1 end"
        ~ " when kind = 'binary' and period_end < period_to then 0"
        ~ " else 1 end"
    ) }}
{%- endmacro %}
