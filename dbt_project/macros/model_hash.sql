{#
  For each KPI the hash of the SQL that computes it: its model, every model above, and the macros of
  this project that they call. Two hashes differ where the formula may have changed, be it by a word.
#}
{% macro model_hash(kpi_id) -%}
    {%- if not execute -%}
        cast(null as {{ dbt.type_string() }})
    {%- else -%}
        case {{ kpi_id }}
            {%- for node in graph.nodes.values() | sort(attribute='unique_id')
                if node.resource_type == 'model' and node.name.startswith('kpi_') %}
            when '{{ node.name[4:] }}' then '{{ local_md5(_sql_above(node) | join("\n")) }}'
            {%- endfor %}
        end
    {%- endif -%}
{%- endmacro %}

{# The SQL text of a model, of the models above it and of their macros, in a fixed order. #}
{% macro _sql_above(node) %}
    {% set waiting, seen, macros = [node.unique_id], [], [] %}
    {% for _ in graph.nodes if waiting %}
        {% set unique_id = waiting.pop() %}
        {% do seen.append(unique_id) %}
        {% set above = graph.nodes[unique_id].depends_on %}
        {% for name in above.nodes if name in graph.nodes and name not in seen + waiting %}
            {% do waiting.append(name) %}
        {% endfor %}
        {% for name in above.macros if name.startswith('macro.' ~ project_name ~ '.') %}
            {% do macros.append(name.split('.')[2]) %}
        {% endfor %}
    {% endfor %}
    {% set texts = [] %}
    {% for unique_id in seen | sort %}
        {% do texts.append(graph.nodes[unique_id].raw_code) %}
    {% endfor %}
    {% for name in macros | unique | sort %}
        {% do texts.append(context[name].macro.macro_sql) %}
    {% endfor %}
    {% do return(texts) %}
{% endmacro %}
