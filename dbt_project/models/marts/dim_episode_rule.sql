-- Every rule by which an episode opens, and what it does: the one place where that is decided.
-- Alerts: always, linked (only for a KPI that a key result rests on) or never. What alerts is also
-- audited; what does not is a signal, to be seen in the marts and by `sightline why`.
with rules (rule, severity, alerts, description) as (
    values
    (
        'level', 'critical', 'always',
        'Beyond its target for n of m periods, or beyond its hard floor once.'
    ),
    (
        'silent_sacrifice', 'critical', 'always',
        'Green, while the goal it guards is starved of effort.'
    ),
    (
        'budget_burn_fast', 'critical', 'always',
        'A quarter of a conflict budget or more went in one period, at twice the even pace.'
    ),
    (
        'no_data', 'warning', 'linked',
        'No value, though its grace for late data is over.'
    ),
    (
        'budget_burn_slow', 'warning', 'never',
        'Half a conflict budget or more went in four periods, above the even pace, and still goes.'
    ),
    (
        'contested', 'warning', 'never',
        'There is proof, or two findings, that the number may not be what happened.'
    ),
    (
        'off_trajectory', 'warning', 'never',
        'A key result is behind its plan.'
    ),
    (
        'watermelon', 'warning', 'never',
        'Declared green, computed red.'
    ),
    (
        'relapse', 'warning', 'always',
        'What a closed objective had reached is being lost again.'
    ),
    (
        'stagnation', 'signal', 'never',
        'A key result has not moved.'
    ),
    (
        'drift', 'signal', 'never',
        'Moves the bad way by more than chance explains (XmR).'
    ),
    (
        'unstable', 'signal', 'never',
        'Opened or closed three times in six periods.'
    ),
    (
        'stale_feed', 'signal', 'never',
        'Its source was not heard from in time.'
    ),
    (
        'restatement', 'signal', 'never',
        'A published value was changed materially.'
    ),
    (
        'definition_changed', 'signal', 'never',
        'What it means, its target or its formula changed.'
    )
)

select * from rules
