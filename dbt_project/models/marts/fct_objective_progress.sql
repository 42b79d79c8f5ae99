with progress as (
    select * from {{ ref('fct_key_result_progress') }}
),

key_results as (
    select * from {{ ref('dim_key_result') }}
),

weights as (
    select
        objective_id,
        sum(weight) as weight
    from key_results
    group by objective_id
),

ranked as (
    select
        key_results.objective_id,
        key_results.key_result_id,
        key_results.weight,
        progress.period_start,
        progress.progress,
        progress.expected_progress,
        progress.status,
        progress.as_of,
        row_number() over (
            partition by key_results.objective_id, progress.period_start
            order by progress.progress nulls last, key_results.position
        ) as weakness
    from progress
    inner join key_results on progress.key_result_id = key_results.key_result_id
),

-- A key result without progress leaves the mean and shows in the coverage.
rolled_up as (
    select
        objective_id,
        period_start,
        {{ ratio('sum(weight * progress)', 'sum(weight) filter (where progress is not null)') }}
            as progress,
        {{ ratio('sum(weight * expected_progress)', 'sum(weight)') }} as expected_progress,
        coalesce(sum(weight) filter (where progress is not null), 0) as known_weight,
        max(case when weakness = 1 then key_result_id end) as weakest_key_result_id,
        max(case when weakness = 1 then progress end) as weakest_progress,
        count(*) filter (where status = 'contested') as contested,
        count(*) filter (where status in ('breached', 'stale', 'no_data')) as unwell,
        count(*) filter (where status = 'pending') as pending,
        max(as_of) as as_of
    from ranked
    group by objective_id, period_start
)

select
    rolled_up.objective_id,
    rolled_up.period_start,
    rolled_up.progress,
    rolled_up.weakest_key_result_id,
    rolled_up.weakest_progress,
    rolled_up.expected_progress,
    {{ ratio('rolled_up.known_weight', 'weights.weight') }} as coverage,
    case
        when rolled_up.contested > 0 then 'contested'
        when rolled_up.progress is null then 'no_data'
        when {{ pace_status('rolled_up.progress', 'rolled_up.expected_progress') }} <> 'healthy'
            then {{ pace_status('rolled_up.progress', 'rolled_up.expected_progress') }}
        when rolled_up.unwell > 0 or rolled_up.known_weight < weights.weight then 'at_risk'
        when rolled_up.pending > 0 then 'pending'
        else 'healthy'
    end as status,
    row_number() over (
        partition by rolled_up.objective_id order by rolled_up.period_start desc
    ) = 1 as is_latest,
    rolled_up.as_of
from rolled_up
inner join weights on rolled_up.objective_id = weights.objective_id
