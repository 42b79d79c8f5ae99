with links as (
    select * from {{ ref('bridge_key_result_kpi') }}
    where role = 'leading'
),

evidence as (
    select * from {{ ref('stg_evidence__link') }}
),

moments as (
    select * from {{ ref('int_as_of') }}
)

select
    links.key_result_id,
    links.kpi_id,
    links.scope,
    evidence.measure_kpi_id,
    evidence.measure_scope,
    links.lag_periods as declared_lag,
    cast(evidence.best_lag as integer) as best_lag,
    cast(evidence.n as integer) as n,
    evidence.correlation,
    evidence.p_value,
    evidence.q_value,
    coalesce(evidence.verdict, 'insufficient') as verdict,
    coalesce(evidence.reason, 'this claim has not been tested yet') as reason,
    evidence.method,
    evidence.computed_at
from links
cross join moments
left join evidence
    on
        links.key_result_id = evidence.key_result_id
        and links.kpi_id = evidence.kpi_id
        and links.scope = evidence.scope
        -- A claim that was changed since is another claim.
        and links.lag_periods = evidence.declared_lag
where
    links.valid_from <= cast(moments.as_of as date)
    and links.valid_to >= cast(moments.as_of as date)
