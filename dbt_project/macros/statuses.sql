{# Nothing was heard for longer than late data may take, a day at least: nobody is asked always. #}
{% macro is_silent(last_seen_at, grace_days, as_of) -%}
    {{ days_after('greatest(' ~ grace_days ~ ', 1)', last_seen_at) }} < {{ as_of }}
{%- endmacro %}

{# The worse a status, the smaller its rank: what a whole shows is the worst of its parts. #}
{% macro status_rank(status) -%}
    case {{ status }}
        when 'breached' then 1
        when 'contested' then 2
        when 'stale' then 3
        when 'no_data' then 4
        when 'at_risk' then 5
        when 'pending' then 6
        when 'healthy' then 7
        else 8
    end
{%- endmacro %}

{% macro status_of_rank(rank) -%}
    case {{ rank }}
        when 1 then 'breached'
        when 2 then 'contested'
        when 3 then 'stale'
        when 4 then 'no_data'
        when 5 then 'at_risk'
        when 6 then 'pending'
        when 7 then 'healthy'
        else 'no_target'
    end
{%- endmacro %}

{# The worse an integrity verdict, the smaller its rank; no verdict at all is insufficient. #}
{% macro integrity_rank(verdict) -%}
    case {{ verdict }} when 'contested' then 1 when 'trusted' then 3 else 2 end
{%- endmacro %}

{% macro integrity_of_rank(rank) -%}
    case {{ rank }} when 1 then 'contested' when 3 then 'trusted' else 'insufficient' end
{%- endmacro %}

{# The pace of a goal: what it has against what it should have by now. #}
{% macro pace_status(progress, expected_progress) -%}
    case
        when {{ progress }} >= {{ var('pace_healthy') }} * {{ expected_progress }} then 'healthy'
        when {{ progress }} >= {{ var('pace_at_risk') }} * {{ expected_progress }} then 'at_risk'
        else 'breached'
    end
{%- endmacro %}

{# True where a value lies on the bad side of a limit; at the limit it holds. #}
{% macro is_beyond(value, limit, direction) -%}
    coalesce(
        case
            when {{ direction }} = 'lower_is_better' then {{ value }} > {{ limit }}
            else {{ value }} < {{ limit }}
        end,
        false
    )
{%- endmacro %}

{# The worse a grade, the smaller its rank; U, too few data, lies between a question and a watch. #}
{% macro grade_rank(grade) -%}
    case {{ grade }} when 'D' then 1 when 'C' then 2 when 'B' then 4 when 'A' then 5 else 3 end
{%- endmacro %}

{% macro grade_of_rank(rank) -%}
    case {{ rank }} when 1 then 'D' when 2 then 'C' when 4 then 'B' when 5 then 'A' else 'U' end
{%- endmacro %}

{#
  A KPI's status in a period: the first that applies. Nothing reads healthy on a number whose
  integrity is not established: until then it is pending, as the number itself is.
#}
{% macro kpi_status() -%}
    case
        when target is null then 'no_target'
        when verdict_rank = 1 then 'contested'
        when is_stale then 'stale'
        when is_closed and value is null then 'no_data'
        when not is_closed then 'pending'
        when is_beyond_floor or (is_beyond_target and is_firing) then 'breached'
        when is_beyond_target or is_firing then 'at_risk'
        when verdict_rank = 3 then 'healthy'
        else 'pending'
    end
{%- endmacro %}
