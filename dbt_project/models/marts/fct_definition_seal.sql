with files as (
    select * from {{ ref('stg_ledger__definition_file') }}
),

seals as (
    select * from {{ ref('stg_ledger__seal') }}
),

moments as (
    select * from {{ ref('int_as_of') }}
),

versions as (
    select
        files.path,
        files.seal_number,
        files.sha256,
        lag(files.sha256) over (partition by files.path order by files.seal_number) as sha256_before
    from files
)

select
    versions.path,
    versions.seal_number,
    seals.sealed_at as seen_at,
    versions.sha256_before,
    versions.sha256,
    case
        when versions.sha256 is null then 'removed'
        when versions.sha256_before is null then 'added'
        else 'changed'
    end as change
from versions
inner join seals on versions.seal_number = seals.seal_number
cross join moments
where seals.sealed_at <= moments.as_of
