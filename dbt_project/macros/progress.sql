{# Progress between 0 and 1; NULL stays NULL. #}
{% macro clamped(progress) -%}
    case when {{ progress }} < 0 then 0 when {{ progress }} > 1 then 1 else {{ progress }} end
{%- endmacro %}

{#
  What a key result should have by the end of a period: a straight line through its time for what
  moves from a baseline to a target, nothing before the end for yes or no, always all of it for
  what has to stay in range.
#}
{% macro expected_progress(kind, period_from, period_to, period_end) -%}
    {%- set elapsed = dbt.datediff(period_from, period_end, 'day') ~ ' + 1' -%}
    {%- set total = dbt.datediff(period_from, period_to, 'day') ~ ' + 1' -%}
    {{ measure(
        "case when " ~ kind ~ " in ('increase_to', 'decrease_to', 'milestone')"
        ~ " then " ~ clamped(ratio('(' ~ elapsed ~ ')', '(' ~ total ~ ')'))
        ~ " when " ~ kind ~ " = 'binary' and " ~ period_end ~ " < " ~ period_to ~ " then 0"
        ~ " else 1 end"
    ) }}
{%- endmacro %}
