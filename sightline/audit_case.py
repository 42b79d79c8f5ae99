"""What does an audit hand over? One frozen record, in the order in which it is read.

The five Cs of an auditor's finding (criteria, condition, cause, consequence, corrective action)
between a headline and a footer. Decimals stay exact: they are strings in JSON. The same evidence
gives the same bytes, so `content_hash` proves that a case was rebuilt and not rewritten.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Status = Literal[
    "no_target", "contested", "stale", "no_data", "pending", "breached", "at_risk", "healthy"
]
Level = Literal["healthy", "at_risk", "breached", "unknown"]
Noise = Literal["beyond", "within", "too_few"]
CauseKind = Literal["arithmetic", "statistical", "coincidence"]

# What rounding of ratios leaves over at most, in the KPI's unit.
EXACT = Decimal("1e-9")


class Record(BaseModel):
    """A frozen value; a field nobody declared is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Instruction(Record):
    """What the policy says to do now; one approved after the breach gives no verdict on it."""

    policy_id: str
    policy_name: str
    rule: str
    verdict: str
    sentence: str
    approved_on: date
    approved_by: str
    dispute_route: str = ""  # a case kept before it was recorded has none


class Finding(Record):
    """One guard's question about the number, with the innocent answers listed."""

    finding_id: str
    guard: str
    kind: Literal["structural", "statistical"]
    grade: str
    period_start: date | None
    observed: str
    expected: str
    question: str
    evidence: str
    innocent_explanations: tuple[str, ...]
    answer: str = ""  # the owner's, with who gave it and what was decided about it


class Integrity(Record):
    """Whether the number of the latest judged period can be trusted."""

    verdict: Literal["trusted", "contested", "insufficient"]
    grade: str
    findings: tuple[Finding, ...]


class Point(Record):
    """One closed period, with the limits that were in force when it was judged."""

    period_start: date
    value: Decimal | None
    target: Decimal | None
    floor: Decimal | None
    status: Status


class NaturalLimits(Record):
    """What chance alone gave before the episode (XmR), in the KPI's unit."""

    low: Decimal
    high: Decimal


class Series(Record):
    """A KPI that stands beside the condition, over the same periods."""

    kpi_id: str
    name: str
    scope: str
    unit_symbol: str
    decimals: int
    points: tuple[Point, ...]


class Criteria(Record):
    """The rule the value was held against, and who approved it when."""

    rule_text: str
    target: Decimal | None
    floor: Decimal | None
    target_valid_from: date | None
    approved_by: str | None
    approved_on: date | None
    definition_hash: str


class Goal(Record):
    """A key result that is tied to the KPI, and where it stands."""

    objective_id: str
    objective_name: str
    key_result_id: str
    key_result_name: str
    role: str
    progress: Decimal | None
    expected_progress: Decimal | None
    status: str


class Answer(Record):
    """What one department's figures say to its question; `verdict` is two or three words."""

    department: str
    department_name: str
    question: str
    finding: str
    verdict: str
    level: Level


class RateAndMix(Record):
    """A member's part in two, which sum to it: its own ratio moved, or its weight in the whole did.

    Ratios and amounts in the KPI's unit, weights as shares of one; None where it had no weight.
    """

    rate: Decimal
    mix: Decimal
    ratio_before: Decimal | None
    ratio_after: Decimal | None
    weight_before: Decimal
    weight_after: Decimal


class Part(Record):
    """One member's share of a change: `amount` in the KPI's unit, `share` of the whole change.

    `noise` says whether the member moved more than it does anyway, or was seen too seldom to tell.
    A member with a ratio of its own has its part split into rate and mix.
    """

    label: str
    amount: Decimal
    share: Decimal | None
    noise: Noise = "too_few"  # a case kept before it was measured could not tell
    split: RateAndMix | None = None


class Decomposition(Record):
    """A change of the KPI split exactly: the parts and the residual sum to `change`."""

    dimension: str
    baseline_from: date
    baseline_to: date
    period_from: date
    period_to: date
    before: Decimal
    after: Decimal
    change: Decimal
    parts: tuple[Part, ...]
    residual: Decimal

    @property
    def is_exact(self) -> bool:
        """Whether the parts sum to the change: what rounding leaves is no residual."""
        return abs(self.residual) < EXACT


class Cause(Record):
    """A candidate cause, labelled with how strong the claim is."""

    kind: CauseKind
    text: str


class Action(Record):
    """A corrective action asked of a role, with its due date."""

    role: str
    role_name: str
    department_name: str
    text: str
    due: date


class PastCase(Record):
    """A case of the same KPI that was closed before: what the cause was, and what helped."""

    case_id: str
    closed_on: date
    cause_code: str
    what_helped: str


class Node(Record):
    """A box of the line of sight; `column` 0 objective, 1 key result, 2 KPI, 3 source."""

    node_id: str
    column: int
    label: str
    status: str


class Edge(Record):
    """A line between two boxes; `on_path` when it leads to the audited KPI."""

    source: str
    target: str
    label: str
    on_path: bool


class LineOfSight(Record):
    """Objective to source, for every goal the audited KPI touches."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


class Footer(Record):
    """What it takes to rebuild the case: evidence, versions, hash and command."""

    as_of: datetime
    load_ids: tuple[str, ...]
    definition_hash: str
    model_hash: str = ""  # of the SQL that made the judged value; "" in a case kept before it was
    content_hash: str
    command: str


class AuditCase(Record):
    """One audited episode; `case_id` is the id of the episode.

    `opened_at` is the moment the first firing period closed (UTC): a property of the observations,
    not of the machine that noticed. Without a policy `instruction` is None; without additive parts
    `decomposition` is None.
    """

    case_id: str
    kpi_id: str
    kpi_name: str
    scope: str
    rule: str
    unit_symbol: str
    decimals: int
    grain: str = "week"  # what every case was that was kept before this was
    direction: Literal["higher_is_better", "lower_is_better"]
    opened_period: date
    opened_at: datetime
    as_of: datetime
    headline: str
    instruction: Instruction | None
    integrity: Integrity
    condition: tuple[Point, ...]
    natural_limits: NaturalLimits | None = None  # None where too few periods lie before
    related: tuple[Series, ...]
    criteria: Criteria
    goals: tuple[Goal, ...]
    early_warnings: tuple[str, ...] = ()  # a case kept before they were recorded has none
    panel: tuple[Answer, ...]
    decomposition: Decomposition | None
    drill_down: Decomposition | None
    product: Decomposition | None = None  # by its factors; None without, or where they do not tell
    causes: tuple[Cause, ...]
    consequence: tuple[str, ...]
    actions: tuple[Action, ...]
    departments: tuple[str, ...]
    line_of_sight: LineOfSight
    similar: tuple[PastCase, ...] = ()
    footer: Footer

    def canonical_bytes(self) -> bytes:
        """UTF-8 JSON with sorted keys and no spaces: one case, one byte string."""
        return _canonical(self.model_dump(mode="json"))

    def sealed(self) -> AuditCase:
        """The same case with `footer.content_hash` filled: SHA-256 over all the rest."""
        content = self.model_dump(mode="json")
        content["footer"]["content_hash"] = ""
        digest = hashlib.sha256(_canonical(content)).hexdigest()
        footer = self.footer.model_copy(update={"content_hash": digest})
        return self.model_copy(update={"footer": footer})

    @classmethod
    def from_bytes(cls, text: bytes | str) -> AuditCase:
        """Reads what `canonical_bytes` wrote; pydantic's ValidationError when it is not a case."""
        return cls.model_validate_json(text)


def _canonical(content: dict[str, Any]) -> bytes:
    return json.dumps(
        content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()
