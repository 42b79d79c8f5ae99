{#
  The dead band of a KPI: a share of the way from its target to its floor, nothing without a floor.
  An episode recovers beyond it, and a restatement within it moves no judgement.
#}
{% macro dead_band(target, floor) -%}
    {{ measure(
        var('recovery_band') ~ ' * abs(' ~ target ~ ' - coalesce(' ~ floor ~ ', ' ~ target ~ '))'
    ) }}
{%- endmacro %}
