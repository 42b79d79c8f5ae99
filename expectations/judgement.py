"""What judging yields: plain rows for the warehouse, and what an asset check needs to show."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from expectations.guard import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TableRow = dict[str, Any]


class Status(StrEnum):
    """How one guard's run over one KPI ended; only `passed` is a pass."""

    PASSED = "passed"
    FINDING = "finding"
    NOT_APPLICABLE = "not_applicable"
    NOT_ENOUGH_DATA = "not_enough_data"
    ERROR = "error"


class Trust(StrEnum):
    """The verdict on one number."""

    TRUSTED = "trusted"
    CONTESTED = "contested"
    INSUFFICIENT = "insufficient"


class Grade(StrEnum):
    """A nothing seen, B watch, C question, D urgent question, U too few data or input missing."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    U = "U"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One question to the owner. Grain: kpi, scope, period (null for a series), guard, place."""

    finding_id: str
    kpi_id: str
    scope: str
    period_start: date | None
    guard: str
    kind: Kind
    grade: Grade
    n: int
    observed: str
    expected: str
    p_value: float | None
    question: str
    periods: tuple[date, ...]
    contests: bool
    evidence: Mapping[str, Any]
    innocent_explanations: tuple[str, ...]
    false_alarm_rate: float

    def row(self) -> TableRow:
        """Columns of raw_integrity.finding; evidence and explanations are canonical JSON text."""
        columns = asdict(self)
        del columns["periods"]
        return columns | {
            "kind": self.kind.value,
            "grade": self.grade.value,
            "evidence": canonical_json(self.evidence),
            "innocent_explanations": canonical_json(self.innocent_explanations),
        }

    def period_rows(self) -> list[TableRow]:
        """Columns of raw_integrity.finding_period: the numbers it speaks of."""
        number = {"finding_id": self.finding_id, "kpi_id": self.kpi_id, "scope": self.scope}
        return [number | {"period_start": period} for period in self.periods]


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What one test said at one close. Grain: kpi, guard, part, closed_until."""

    kpi_id: str
    guard: str
    part: str
    closed_until: date
    outcome: str
    n: int
    p_value: float | None
    q_value: float | None
    unexpected_count: int

    def row(self) -> TableRow:
        """Columns of raw_integrity.examination."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Can this number be trusted? Grain: kpi, scope, closed period."""

    kpi_id: str
    scope: str
    period_start: date
    verdict: Trust
    grade: Grade

    def row(self) -> TableRow:
        """Columns of raw_integrity.verdict."""
        return asdict(self) | {"verdict": self.verdict.value, "grade": self.grade.value}


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardRun:
    """One guard's run over one KPI. Grain: kpi, guard.

    It carries what an asset check needs: the check's name is `guard`, its asset the KPI `kpi_id`,
    then `passed`, `severity` (warn or error), `unexpected_count` (rows that do not fit, whether or
    not they add up to a question) and `description`.
    """

    kpi_id: str
    guard: str
    status: Status
    has_proof: bool
    expectations_expected: int
    expectations_evaluated: int
    unexpected_count: int
    detail: str
    input_hash: str

    @property
    def passed(self) -> bool:
        """Only a run that judged everything and asks nothing; too few data is not a pass."""
        return self.status is Status.PASSED

    @property
    def severity(self) -> str:
        """`error` for a structural proof or a run that broke, `warn` for everything else."""
        return "error" if self.has_proof or self.status is Status.ERROR else "warn"

    @property
    def description(self) -> str:
        """One sentence for people: the status in words, then the detail."""
        return f"{self.status.value.replace('_', ' ')}: {self.detail}"

    def row(self) -> TableRow:
        """Columns of raw_integrity.guard_run."""
        return {
            "kpi_id": self.kpi_id,
            "guard": self.guard,
            "status": self.status.value,
            "expectations_expected": self.expectations_expected,
            "expectations_evaluated": self.expectations_evaluated,
            "unexpected_count": self.unexpected_count,
            "severity": self.severity,
            "detail": self.detail,
            "input_hash": self.input_hash,
        }


@dataclass(frozen=True, slots=True)
class Judgement:
    """Everything one judging says, sorted, so that equal inputs give equal rows."""

    findings: tuple[Finding, ...]
    verdicts: tuple[Verdict, ...]
    runs: tuple[GuardRun, ...]
    examined: tuple[Examined, ...]

    def tables(self) -> dict[str, list[TableRow]]:
        """Rows by table, for landing in the dataset raw_integrity."""
        return {
            "finding": [finding.row() for finding in self.findings],
            "finding_period": [row for finding in self.findings for row in finding.period_rows()],
            "examination": [examination.row() for examination in self.examined],
            "verdict": [verdict.row() for verdict in self.verdicts],
            "guard_run": [run.row() for run in self.runs],
        }


def still_holds(guard_runs: Sequence[Mapping[str, Any]], input_hash: str) -> bool:
    """May the landed judgement be kept? `guard_runs` are its guard_run rows.

    True when there are rows, all carry this hash and none ended in an error: an error is tried
    again although its inputs are the same.
    """
    return bool(guard_runs) and all(
        run["input_hash"] == input_hash and run["status"] != Status.ERROR.value
        for run in guard_runs
    )


def canonical_json(value: Any) -> str:
    """The same text for the same value: sorted keys, decimals and dates as text."""
    return json.dumps(
        value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_as_text
    )


def _as_text(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"evidence cannot hold a {type(value).__name__}")
