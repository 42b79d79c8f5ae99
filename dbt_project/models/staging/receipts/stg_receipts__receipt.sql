-- What the marts said themselves goes on record too, but is no source.
{%- set datasets = [
    'raw_casebook',
    'raw_definitions',
    'raw_erp',
    'raw_evidence',
    'raw_integrity',
    'raw_sheets',
    'raw_tracker',
] %}
{% for dataset in datasets %}
    select
        source,
        table_name,
        seen,
        kept,
        rejected,
        _seen_at as seen_at,
        _dlt_load_id as load_id
    from {{ source(dataset, '_receipt') }}
    where {{ is_known(dataset, '_receipt') }}
    {% if not loop.last %}union all{% endif %}
{% endfor %}
