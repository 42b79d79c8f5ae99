with observations as (
    select * from {{ ref('int_episode_observation') }}
),

record as (
    select * from {{ ref('int_episode_record') }}
),

{{ episode_machine('observations', 'record') }}

select * from machine
