{# Progress between 0 and 1; NULL stays NULL. #}
{% macro clamped(progress) -%}
    case when {{ progress }} < 0 then 0 when {{ progress }} > 1 then 1 else {{ progress }} end
{%- endmacro %}

{# Whether a kind moves from a baseline to a target. #}
{% macro is_moving(kind) -%}
    {{ kind }} in ('increase_to', 'decrease_to', 'milestone')
{%- endmacro %}

{#
  Share of the way from baseline to target that a value has gone, unclamped; all or nothing for yes
  or no.
#}
{% macro raw_progress() -%}
    case
        when {{ is_moving('kind') }}
            then {{ ratio('(value - baseline)', '(target - baseline)') }}
        when kind = 'binary' and value is not null
            then {{ measure('case when value >= target then 1 else 0 end') }}
    end
{%- endmacro %}

{# Whether a value is where it has to stay; at the limit it is. #}
{% macro is_in_range() -%}
    case kind
        when 'stay_at_or_above' then value >= target
        when 'stay_at_or_below' then value <= target
        when 'within_range' then value between low and high
        when 'binary' then value >= target
    end
{%- endmacro %}

{# Whether the progress of a kind is the share of its periods in range. #}
{% macro is_share_of_periods(kind) -%}
    {{ kind }} in ('stay_at_or_above', 'stay_at_or_below', 'within_range')
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
        "case when " ~ is_moving('kind')
        ~ " then progress_from + (progress_to - progress_from) * (" ~ gone ~ ")"
        ~ " * case when path = 'back_loaded' then " ~ gone ~ " else 1 end"
        ~ " when kind = 'binary' and period_end < period_to then 0"
        ~ " else 1 end"
    ) }}
{%- endmacro %}

{#
  Whether something that grows rose within the last periods by more than nothing; NULL where there
  are too few. `known` is what must be there for it to say anything.
#}
{% macro has_moved(grown, known) -%}
    case
        when {{ known }} is not null
            then {{ grown }} - lag({{ grown }}, {{ var('stagnation_periods') }}) over (
                partition by key_result_id order by period_start
            ) >= {{ var('stagnation_below') }}
    end
{%- endmacro %}

{# The word a person would have used for what is computed. #}
{% macro confidence_of(pace) -%}
    case {{ pace }}
        when 'healthy' then 'on_track'
        when 'at_risk' then 'at_risk'
        when 'breached' then 'off_track'
    end
{%- endmacro %}

{# Whether a forecast misses with its whole interval: not even its upper end would be on track. #}
{% macro is_forecast_to_miss(forecast_high) -%}
    coalesce({{ forecast_high }} < {{ var('pace_healthy') }}, false)
{%- endmacro %}
