"""From examinations to findings and verdicts: how sure is sure enough to ask, and to contest."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from expectations.evidence import ROLL_UP
from expectations.guard import Examination, Guard, Kind, Outcome, Suspicion
from expectations.inspection import sound
from expectations.judgement import Finding, Grade, GuardRun, Status, Trust, Verdict, canonical_json
from expectations.multiplicity import QUESTION_LEVEL, q_values

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date

    from expectations.guarded_kpi import GuardedKpi
    from expectations.inspection import Inspection
    from expectations.multiplicity import Test

# A watch at two closes running is a question too: chance seldom repeats itself.
WATCH_LEVEL = 0.05
URGENT_LEVEL = 0.001

_TRUST_FROM_BEST = (Trust.TRUSTED, Trust.INSUFFICIENT, Trust.CONTESTED)
_GRADE_FROM_BEST = (Grade.A, Grade.B, Grade.U, Grade.C, Grade.D)

Key = tuple[str, str, "date"]
"""kpi_id, scope, period_start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A suspicion with the weight it has after correcting for the number of looks."""

    inspection: Inspection
    guard: Guard
    part: str
    examination: Examination
    suspicion: Suspicion
    q_value: float | None
    was_watched: bool

    @property
    def is_proof(self) -> bool:
        """A structural fact: it has no error rate and needs no second witness."""
        return self.q_value is None

    @property
    def asks(self) -> bool:
        """Sure enough to put a question to the owner: at once, or at the second close running."""
        level = WATCH_LEVEL if self.was_watched else QUESTION_LEVEL
        return self.q_value is None or self.q_value < level

    @property
    def is_urgent(self) -> bool:
        """So sure that one statistic alone is urgent; it still does not contest by itself."""
        return self.q_value is not None and self.q_value < URGENT_LEVEL

    @property
    def keys(self) -> set[Key]:
        """The numbers it speaks of."""
        scope = self.suspicion.scope
        return {(self.inspection.kpi.kpi_id, scope, day) for day in self.suspicion.periods}


def weigh(
    inspections: Sequence[Inspection], watched_before: Collection[Test] = frozenset()
) -> list[Weighed]:
    """Every suspicion of the runs that ended without an error, statistics corrected twice.

    watched_before: the tests that were below the watch level at the close before this one.
    """
    corrected = q_values(inspections)
    weighed = []
    for inspection, guard in sound(inspections):
        for part, examination in inspection.examinations.items():
            test = (inspection.kpi.kpi_id, inspection.guard_name, part)
            weighed += [
                Weighed(
                    inspection=inspection,
                    guard=guard,
                    part=part,
                    examination=examination,
                    suspicion=suspicion,
                    q_value=None if guard.kind is Kind.STRUCTURAL else corrected[test],
                    was_watched=test in watched_before,
                )
                for suspicion in examination.suspicions
            ]
    return weighed


def findings(weighed: Sequence[Weighed]) -> list[Finding]:
    """The suspicions sure enough to ask about, graded by the worst number they speak of."""
    grades = _suspicious_numbers(weighed)
    asked = [one for one in weighed if one.asks]
    return sorted((_finding(one, grades) for one in asked), key=lambda finding: finding.finding_id)


def verdicts(
    judged: Iterable[Key],
    kpis: Mapping[str, GuardedKpi],
    inspections: Sequence[Inspection],
    weighed: Sequence[Weighed],
) -> list[Verdict]:
    """One verdict for each number; a roll-up is as good as the worst of its parts.

    Contested: a structural fact that contests, or statistical findings of two guards. Trusted:
    pulled from a system of record, or typed and looked at by a guard that passed it. Insufficient:
    everything else, a pulled number whose guard broke included: it vouches for nothing.
    """
    suspicious = _suspicious_numbers(weighed)
    broken = {inspection.kpi.kpi_id for inspection in inspections if inspection.error is not None}
    outcomes: dict[Key, set[Outcome]] = {}
    for inspection, _ in sound(inspections):
        for examination in inspection.examinations.values():
            for scope, day in examination.covered:
                key = (inspection.kpi.kpi_id, scope, day)
                outcomes.setdefault(key, set()).add(examination.outcome)

    def of_leaf(key: Key) -> tuple[Trust, Grade]:
        if key[0] in broken and suspicious.get(key, (Trust.TRUSTED,))[0] is not Trust.CONTESTED:
            return Trust.INSUFFICIENT, Grade.U
        seen = outcomes.get(key, set())
        if kpis[key[0]].provenance != "pulled" and Outcome.JUDGED not in seen:
            return Trust.INSUFFICIENT, Grade.U
        if key in suspicious:
            return suspicious[key]
        too_few = Outcome.NOT_ENOUGH_DATA in seen
        return Trust.TRUSTED, Grade.U if too_few else Grade.A

    leaves: dict[tuple[str, date], list[Key]] = {}
    keys = sorted(set(judged))
    for key in keys:
        if key[1] != ROLL_UP:
            leaves.setdefault((key[0], key[2]), []).append(key)
    rows = []
    for key in keys:
        parts = leaves.get((key[0], key[2]), [key]) if key[1] == ROLL_UP else [key]
        answers = [of_leaf(part) for part in parts]
        if key in suspicious and key not in parts:
            answers.append(suspicious[key])  # of the KPI as such: its definition was changed
        trust = max((answer[0] for answer in answers), key=_TRUST_FROM_BEST.index)
        grade = max((answer[1] for answer in answers), key=_GRADE_FROM_BEST.index)
        if trust is Trust.INSUFFICIENT:
            grade = Grade.U
        rows.append(
            Verdict(kpi_id=key[0], scope=key[1], period_start=key[2], verdict=trust, grade=grade)
        )
    return rows


def guard_run(inspection: Inspection, weighed: Sequence[Weighed], input_hash: str) -> GuardRun:
    """How the run ended. Some parts judged and others short of data is short of data."""
    own = [one for one in weighed if one.inspection is inspection and one.asks]
    outcomes = {examination.outcome for examination in inspection.examinations.values()}
    if inspection.error is not None:
        status = Status.ERROR
    elif own:
        status = Status.FINDING
    elif Outcome.NOT_ENOUGH_DATA in outcomes:
        status = Status.NOT_ENOUGH_DATA
    else:
        status = Status.PASSED if Outcome.JUDGED in outcomes else Status.NOT_APPLICABLE
    # Parts a guard has nothing to do with are told only when there is no other.
    told = {
        part: seen
        for part, seen in inspection.examinations.items()
        if seen.outcome is not Outcome.NOT_APPLICABLE or status is Status.NOT_APPLICABLE
    }
    details = [f"{part}: {seen.detail}" for part, seen in sorted(told.items())]
    return GuardRun(
        kpi_id=inspection.kpi.kpi_id,
        guard=inspection.guard_name,
        status=status,
        has_proof=any(one.is_proof and one.suspicion.contests for one in own),
        expectations_expected=inspection.expected,
        expectations_evaluated=len(inspection.examinations),
        unexpected_count=sum(e.unexpected_count for e in inspection.examinations.values()),
        detail=inspection.error or "; ".join(details),
        input_hash=input_hash,
    )


def _suspicious_numbers(weighed: Sequence[Weighed]) -> dict[Key, tuple[Trust, Grade]]:
    """Verdict and grade of every number some suspicion speaks of."""
    proven: set[Key] = set()
    asking: dict[Key, set[str]] = {}
    urgent: set[Key] = set()
    watched: set[Key] = set()
    noted: set[Key] = set()
    for one in weighed:
        if one.is_proof:
            (proven if one.suspicion.contests else noted).update(one.keys)
        elif one.asks:
            for key in one.keys:
                asking.setdefault(key, set()).add(one.inspection.guard_name)
            if one.is_urgent:
                urgent |= one.keys
        elif one.q_value is not None and one.q_value < WATCH_LEVEL:
            watched |= one.keys
    answers = dict.fromkeys(watched, (Trust.TRUSTED, Grade.B))
    answers |= dict.fromkeys(noted, (Trust.TRUSTED, Grade.C))
    for key, guards in asking.items():
        two = len(guards) > 1
        # A fact and a statistic that agree are urgent; only two statistics contest by themselves.
        grade = Grade.D if key in noted or key in urgent else Grade.C
        answers[key] = (Trust.CONTESTED, Grade.D) if two else (Trust.TRUSTED, grade)
    for key in proven:
        answers[key] = (Trust.CONTESTED, Grade.D if key in asking else Grade.C)
    return answers


def _finding(one: Weighed, grades: Mapping[Key, tuple[Trust, Grade]]) -> Finding:
    inspection, suspicion = one.inspection, one.suspicion
    period = suspicion.period_start
    identity = [one.part, inspection.guard_name, suspicion.scope, period, suspicion.place]
    digest = hashlib.sha256(canonical_json(identity).encode()).hexdigest()[:12]
    evidence = dict(suspicion.evidence) | {
        "periods": sorted(suspicion.periods),
        "false_alarm_rate_holds": one.guard.rate_holds,
        "invisible": one.guard.invisible,
    }
    if one.q_value is not None:
        evidence["q_value"] = round(one.q_value, 6)
    return Finding(
        finding_id=f"{inspection.kpi.kpi_id}.{suspicion.scope}.{inspection.guard_name}.{digest}",
        kpi_id=inspection.kpi.kpi_id,
        scope=suspicion.scope,
        period_start=period,
        guard=inspection.guard_name,
        kind=one.guard.kind,
        grade=max((grades[key][1] for key in one.keys), key=_GRADE_FROM_BEST.index),
        n=one.examination.n,
        observed=suspicion.observed,
        expected=suspicion.expected,
        p_value=one.examination.p_value,
        question=suspicion.question,
        periods=tuple(sorted(suspicion.periods)),
        contests=any(grades[key][0] is Trust.CONTESTED for key in one.keys)
        if one.q_value is not None
        else suspicion.contests,
        evidence=evidence,
        innocent_explanations=one.guard.innocent_explanations,
        false_alarm_rate=one.guard.false_alarm_rate,
    )
