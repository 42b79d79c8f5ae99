{#
  Which rows of a raw table count: rows of committed loads, as they were loaded, known at the moment
  that is judged. A killed load leaves rows behind; the loader's own commit record tells them apart.
  A row typed in by hand has no number, and the ledger names those that are not as they were sealed.
#}
{% macro is_known(dataset, table) -%}
    {%- if not table -%}
        {{ exceptions.raise_compiler_error("is_known needs a dataset and a table of it") }}
    {%- endif -%}
    _dlt_load_id in (select load_id from {{ source(dataset, '_dlt_loads') }} where status = 0)
    and _row is not null
    and not exists (
        select 1
        from {{ source('raw_ledger', 'broken_row') }} as broken
        where
            broken.dataset = '{{ dataset }}'
            and broken.table_name = '{{ table }}'
            and broken.load_id = _dlt_load_id
            and broken.row_number = _row
            and {{ is_open_breach('broken.') }}
    )
    {%- set moment = as_of_setting() -%}
    {%- if moment %} and _seen_at <= {{ moment }}{% endif -%}
{%- endmacro %}

{# Whether a breach of the seals was known, and not mended yet, at the moment that is judged. #}
{% macro is_open_breach(prefix='') -%}
    {%- set moment = as_of_setting() -%}
    {%- if moment -%}
        {{ prefix }}found_at <= {{ moment }}
        and ({{ prefix }}mended_at is null or {{ prefix }}mended_at > {{ moment }})
    {%- else -%}
        {{ prefix }}mended_at is null
    {%- endif -%}
{%- endmacro %}

{#
  A snapshot dataset lands all its tables in one load and keeps a record of its landings. The newest
  landing is read there: a table whose last row was removed then reads as empty, not as before.
#}
{% macro is_in_newest_landing(dataset, table) -%}
    _dlt_load_id = {{ newest_landing(dataset) }}
    and {{ is_known(dataset, table) }}
{%- endmacro %}

{% macro newest_landing(dataset) -%}
    (
        select _dlt_load_id
        from {{ source(dataset, 'landing') }}
        where {{ is_known(dataset, 'landing') }}
        order by _seen_at desc, _dlt_load_id desc
        limit 1
    )
{%- endmacro %}

{#
  Newest version first: what the source said last, then what changed last at it. Each look shows a
  row as it is, so the last look is right even where a clock at the source had run ahead before.
#}
{% macro newest_first(changed_at=none) -%}
    _seen_at desc{% if changed_at %}, {{ changed_at }} desc nulls last{% endif %}, _dlt_load_id desc
{%- endmacro %}

{# SIGHTLINE_AS_OF as a UTC timestamp literal; nothing when it is not set. #}
{% macro as_of_setting() -%}
    {%- set text = env_var('SIGHTLINE_AS_OF', '') | trim -%}
    {%- if text -%}
        {%- set moment = modules.datetime.datetime.fromisoformat(text) -%}
        {%- if moment.tzinfo -%}
            {%- set moment = moment.astimezone(modules.pytz.utc).replace(tzinfo=none) -%}
        {%- endif -%}
        timestamp '{{ moment.isoformat(' ') }}'
    {%- endif -%}
{%- endmacro %}
