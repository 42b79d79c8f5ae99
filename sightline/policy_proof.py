"""What `sightline policy prove` says: each law a policy is held to, and what breaks it.

The laws are those of `sightline check`: a policy is proven exactly when no rule finds anything in
its file. Here they are grouped by what they promise, and shown kept as well as broken.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from sightline import walk
from sightline.catalog import offences
from sightline.finding import Finding
from sightline.policy import every_state
from sightline.policy_laws import decided_by

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from sightline.catalog import Catalog
    from sightline.finding import Place
    from sightline.policy import Policy


@dataclass(frozen=True, slots=True)
class Law:
    """A promise every policy makes, and the rules of the check that hold it."""

    name: str
    promise: str
    rules: frozenset[str]


_WELL_FORMED = "well_formed"
LAWS: Final = (
    Law("total", "every situation meets a rule", frozenset({"policy_has_a_gap"})),
    Law(
        "deterministic",
        "one rule decides each of them, and no other policy decides the same conflict",
        frozenset({"two_policies_for_one_conflict"}),
    ),
    Law(
        "monotone",
        "more burn, or a fall below the floor, never loosens the verdict",
        frozenset({"policy_loosens_under_stress"}),
    ),
    Law("effective", "every rule decides somewhere", frozenset({"policy_rule_never_applies"})),
    Law(
        "approved_before_use",
        "approved before the first day and before every breach it judges",
        frozenset({"approved_late"}),
    ),
    Law(
        "approved_by_both_sides",
        "not by the department alone whose goal it favours",
        frozenset({"policy_approved_by_one_side"}),
    ),
    Law(
        _WELL_FORMED,
        "what it names is there: its key result, guardrail, effort and approvers",
        frozenset(),  # whatever else the check finds in the file
    ),
)


@dataclass(frozen=True, slots=True)
class Proof:
    """One policy against every law. `decided_by`: rule → situations it decides, of all 72."""

    policy_id: str
    file: str
    decided_by: dict[str, int]
    counter_examples: dict[str, tuple[Finding, ...]]

    @property
    def holds(self) -> bool:
        """Whether no law has a counter-example."""
        return not any(self.counter_examples.values())

    def as_dict(self) -> dict[str, Any]:
        """For JSON: policy, situations, decided_by, and each law with its counter-examples."""
        return {
            "policy_id": self.policy_id,
            "file": self.file,
            "holds": self.holds,
            "situations": len(every_state()),
            "decided_by": self.decided_by,
            "laws": [
                {
                    "law": law.name,
                    "promise": law.promise,
                    "holds": not self.counter_examples[law.name],
                    "counter_examples": [
                        each.as_dict() for each in self.counter_examples[law.name]
                    ],
                }
                for law in LAWS
            ],
        }

    def text(self) -> str:
        """For people: the outcome in a sentence, the laws, and how the situations are shared."""
        situations, decided = len(every_state()), sum(self.decided_by.values())
        outcome = "is proven" if self.holds else "is not proven"
        lines = [f"{self.policy_id} {outcome}: {decided} of {situations} situations are decided."]
        for law in LAWS:
            found = self.counter_examples[law.name]
            lines.append(f"  {'broken' if found else 'holds':<7} {law.name}: {law.promise}")
            lines += [f"    {line}" for each in found for line in str(each).splitlines()]
        lines.append("  Situations decided by each rule, read from the top:")
        lines += [f"    {count:>3}  {rule}" for rule, count in self.decided_by.items()]
        return "\n".join(lines)


def proofs(
    catalog: Catalog, *, refused: Mapping[str, Sequence[date]] = MappingProxyType({})
) -> Iterator[Proof]:
    """Prove every policy of a catalog, one Proof each, in its order.

    `refused`: policy → periods of a breach that had opened before it was approved, as the marts
    say; none where nothing has been judged yet.
    """
    findings = sorted(offences(catalog))
    law_of = {rule: law.name for law in LAWS for rule in law.rules}
    for policy, at in walk.policies(catalog):
        file = at("id").file
        broken: dict[str, list[Finding]] = {law.name: [] for law in LAWS}
        for finding in findings:
            if finding.place.file == file:
                broken[law_of.get(finding.rule, _WELL_FORMED)].append(finding)
        if periods := refused.get(policy.id):
            broken[law_of["approved_late"]].append(_late(at("approved_on"), policy, periods))
        yield Proof(
            policy.id, file, decided_by(policy), {law: tuple(each) for law, each in broken.items()}
        )


def _late(place: Place, policy: Policy, periods: Sequence[date]) -> Finding:
    return Finding(
        place,
        "approved_late",
        f"approved on {policy.approved_on}, but a breach it would judge had opened before: "
        f"{len(periods)} periods from {min(periods)} on get no verdict",
        f"settle this breach without it ({policy.dispute_route}); it judges the next one",
    )
