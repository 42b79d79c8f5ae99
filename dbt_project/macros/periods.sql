{# Monday of the ISO week a date lies in. #}
{% macro week_of(expression) -%}
    cast({{ dbt.date_trunc('week', expression) }} as date)
{%- endmacro %}

{# So many days after a date or a timestamp. #}
{% macro days_after(days, expression) -%}
    {{ dbt.dateadd('day', days, expression) }}
{%- endmacro %}

{# The day after a week ends, as a date. #}
{% macro week_end(period_start) -%}
    cast({{ days_after(7, period_start) }} as date)
{%- endmacro %}

{#
  The first day after a period of a KPI's grain, as `sightline/calendar.py` has it. A fiscal year of
  its own is landed with the calendar: its spans come first.
#}
{% macro period_after(period_start, grain) -%}
    cast(case {{ grain }}
        when 'day' then {{ days_after(1, period_start) }}
        when 'month' then {{ dbt.dateadd('month', 1, period_start) }}
        when 'quarter' then {{ dbt.dateadd('month', 3, period_start) }}
        else {{ days_after(7, period_start) }}
    end as date)
{%- endmacro %}

{# The minutes from one instant to a later one. #}
{% macro minutes_between(earlier, later) -%}
    {{ return(adapter.dispatch('minutes_between')(earlier, later)) }}
{%- endmacro %}

{% macro default__minutes_between(earlier, later) -%}
    (extract(epoch from {{ later }}) - extract(epoch from {{ earlier }})) / 60
{%- endmacro %}

{# A UTC timestamp as the wall clock of a time zone shows it. #}
{% macro local_time(expression, time_zone) -%}
    {{ return(adapter.dispatch('local_time')(expression, time_zone)) }}
{%- endmacro %}

{% macro default__local_time(expression, time_zone) -%}
    ({{ expression }} at time zone 'UTC') at time zone {{ time_zone }}
{%- endmacro %}

{# What the wall clock of a time zone shows, as a UTC timestamp; a date is its midnight. #}
{% macro utc_time(expression, time_zone) -%}
    {{ return(adapter.dispatch('utc_time')(expression, time_zone)) }}
{%- endmacro %}

{% macro default__utc_time(expression, time_zone) -%}
    (cast({{ expression }} as timestamp) at time zone {{ time_zone }}) at time zone 'UTC'
{%- endmacro %}
