{# The keys that more than one row carries: nobody takes the first of several. #}
{% test unique_rows(model, columns) %}
    select {{ columns | join(', ') }}
    from {{ model }}
    group by {{ columns | join(', ') }}
    having count(*) > 1
{% endtest %}
