{# Every KPI with each raw table that its numbers or their judgement rest on: (kpi, dataset, table). #}
{% macro kpi_raw_tables() %}
    {% set rows = [] %}
    {% if execute %}
        {% set judgement = _raw_tables_of_judgement() %}
        {% for node in graph.nodes.values() if node.resource_type == 'model' and node.fqn[1] == 'kpis' %}
            {% for dataset, table in _raw_tables_below(node.unique_id) + judgement %}
                {% do rows.append((node.name[4:], dataset, table)) %}
            {% endfor %}
        {% endfor %}
    {% endif %}
    {% do return(rows | unique | sort) %}
{% endmacro %}

{#
  The raw tables that a model rests on, by dbt's own lineage, as a list of (dataset, table); the
  loader's and the ledger's own books are not among them.
#}
{% macro _raw_tables_below(unique_id) %}
    {% set waiting = [unique_id] %}
    {% set seen = [] %}
    {% set tables = [] %}
    {% for _ in range(graph.nodes | length + graph.sources | length) if waiting %}
        {% set current = waiting.pop() %}
        {% if current in graph.sources %}
            {% set table = graph.sources[current] %}
            {% if table.loader != 'ledger' and not table.name.startswith('_dlt_') %}
                {% do tables.append((table.schema, table.name)) %}
            {% endif %}
        {% else %}
            {% for parent in graph.nodes[current].depends_on.nodes if parent not in seen %}
                {% do seen.append(parent) %}
                {% do waiting.append(parent) %}
            {% endfor %}
        {% endif %}
    {% endfor %}
    {% do return(tables) %}
{% endmacro %}

{# What every KPI's judgement rests on besides its formula: definitions, past values, verdicts. #}
{% macro _raw_tables_of_judgement() %}
    {% set tables = [] %}
    {% for model, dataset in [
        ('int_kpi_judgement', 'raw_definitions'),
        ('int_kpi_judgement', 'raw_values'),
        ('stg_integrity__verdict', 'raw_integrity')
    ] %}
        {% for table in _raw_tables_below('model.sightline.' ~ model) if table[0] == dataset %}
            {% do tables.append(table) %}
        {% endfor %}
    {% endfor %}
    {% do return(tables) %}
{% endmacro %}
