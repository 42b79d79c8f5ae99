"""Random policies, and what one says by an independent reading: the first rule that fits."""

from __future__ import annotations

from itertools import product
from typing import Any

from hypothesis import strategies as st

from sightline.policy import Policy, Verdict

BANDS = {
    "integrity": ("trusted", "contested", "insufficient"),
    "floor": ("above", "below"),
    "budget": ("ample", "low", "spent"),
    "pace": ("ahead", "behind"),
    "effort": ("sufficient", "starved"),
}
SITUATIONS = tuple(dict(zip(BANDS, bands, strict=True)) for bands in product(*BANDS.values()))
_WHEN = st.fixed_dictionaries(
    {},
    optional={
        name: st.lists(st.sampled_from(bands), min_size=1, unique=True)
        for name, bands in BANDS.items()
    },
)
_RULES = st.lists(st.tuples(_WHEN, st.sampled_from(list(Verdict))), min_size=1, max_size=6)


def policy_of(rules: list[tuple[dict[str, Any], Verdict]], policy_id: str = "p") -> Policy:
    """A policy with these rules, named r0, r1, … in order."""
    return Policy.model_validate(
        {
            "id": policy_id,
            "name": "Random",
            "key_result": "k",
            "guardrail": {"kpi": "up"},
            "effort": {"kpi": "effort"},
            "window_periods": 4,
            "planned_allowance": 0,
            "approved_by": ["coo"],
            "approved_on": "2026-01-01",
            "valid_from": "2026-01-05",
            "valid_to": "2026-12-27",
            "dispute_route": "Ask.",
            "rules": [
                {
                    "rule": f"r{index}",
                    "when": when,
                    "verdict": verdict,
                    "instruction": f"Do {index}.",
                }
                for index, (when, verdict) in enumerate(rules)
            ],
        }
    )


def policies() -> st.SearchStrategy[Policy]:
    """Policies of one to six rules over any bands, most of them with gaps and idle rules."""
    return _RULES.map(policy_of)


def total_policies() -> st.SearchStrategy[Policy]:
    """The same, closed by a rule for every situation."""
    closing = st.tuples(st.just({}), st.sampled_from(list(Verdict)))
    return st.tuples(_RULES, closing).map(lambda drawn: policy_of([*drawn[0], drawn[1]]))


def fitting(policy: Policy, situation: dict[str, str]) -> list[int]:
    """Index of every rule whose `when`, as a person wrote it, fits a situation."""
    written = [rule.when.model_dump(mode="json", exclude_none=True) for rule in policy.rules]
    return [
        index
        for index, when in enumerate(written)
        if all(situation[name] in bands for name, bands in when.items())
    ]


def verdict(policy: Policy, situation: dict[str, str]) -> str | None:
    """What the first fitting rule says; None in a gap."""
    found = fitting(policy, situation)
    return policy.rules[found[0]].verdict.value if found else None
