"""Why did the KPI breach, and whose move is it? Builds one audit case from the published marts.

Deterministic: the same marts and the same as-of give the same bytes. Nothing here is a model's
opinion; every sentence is computed from rows that anyone can query.
"""

from __future__ import annotations

import json
import shlex
from datetime import UTC, datetime, time
from typing import Any

from sightline.audit_case import (
    AuditCase,
    Criteria,
    Finding,
    Footer,
    Goal,
    Instruction,
    Integrity,
    NaturalLimits,
    PastCase,
    Series,
)
from sightline.investigation.arithmetic import natural_limits
from sightline.investigation.causes import candidates
from sightline.investigation.commitments import promised, windows
from sightline.investigation.consequence import actions, consequences
from sightline.investigation.evidence import Evidence, Marts, Row
from sightline.investigation.factors import by_factors
from sightline.investigation.headline import headline
from sightline.investigation.line_of_sight import line_of_sight
from sightline.investigation.panel import asked_departments, hear
from sightline.investigation.wording import counted, hard_limit, period, plain

# What these hold a KPI against was approved with its policy, not with its target.
_RULES_OF_A_POLICY = frozenset({"silent_sacrifice", "budget_burn_fast"})


def investigate(connection: Marts, case_id: str, *, as_of: datetime) -> AuditCase:
    """The audit case of one episode, from a connection whose database has the schema `marts`.

    `as_of` is the aware moment of the judgement. UsageError when there is no such episode.
    """
    evidence = Evidence(connection, case_id, as_of)
    kpi, asked = evidence.kpi, asked_departments(evidence)
    splits = evidence.decompositions
    return AuditCase(
        case_id=case_id,
        kpi_id=evidence.kpi_id,
        kpi_name=kpi["name"],
        scope=evidence.scope,
        rule=evidence.episode["rule"],
        unit_symbol=kpi["unit_symbol"],
        decimals=kpi["decimals"],
        grain=kpi["grain"],
        direction=kpi["direction"],
        opened_period=evidence.opened,
        opened_at=datetime.combine(evidence.episode["visible_on"], time(), UTC),
        as_of=as_of.astimezone(UTC),
        headline=headline(evidence),
        instruction=_instruction(evidence),
        integrity=_integrity(evidence),
        condition=evidence.points(evidence.kpi_id, evidence.scope),
        natural_limits=_limits(evidence),
        related=_related(evidence),
        criteria=_criteria(evidence),
        goals=tuple(_goal(goal) for goal in evidence.goals),
        early_warnings=tuple(_warning(evidence, row) for row in evidence.early_warnings),
        panel=hear(evidence, asked),
        decomposition=splits[0] if splits else None,
        drill_down=splits[1] if len(splits) > 1 else None,
        product=by_factors(evidence),
        causes=(*candidates(evidence), *windows(connection, evidence)),
        consequence=(*consequences(evidence), *promised(connection, evidence)),
        actions=actions(evidence, asked),
        departments=asked,
        line_of_sight=line_of_sight(evidence),
        similar=tuple(
            PastCase(
                case_id=row["case_id"],
                closed_on=row["closed_at"].date(),
                cause_code=row["cause_code"],
                what_helped=row["what_helped"],
            )
            for row in evidence.past_cases
        ),
        footer=Footer(
            as_of=as_of.astimezone(UTC),
            load_ids=evidence.load_ids,
            definition_hash=kpi["definition_hash"],
            model_hash=evidence.model_hash,
            content_hash="",
            command=f"sightline case reproduce {shlex.quote(case_id)} --as-of {_written(as_of)}",
        ),
    ).sealed()


def _written(as_of: datetime) -> str:
    return as_of.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _instruction(evidence: Evidence) -> Instruction | None:
    policy = evidence.policy
    if policy is None:
        return None
    return Instruction(
        policy_id=policy["policy_id"],
        policy_name=policy["name"],
        rule=policy["rule"],
        verdict=policy["verdict"],
        sentence=policy["instruction"],
        approved_on=policy["approved_on"],
        approved_by=evidence.role_names(policy["approved_by"]),
        dispute_route=policy["dispute_route"],
    )


def _integrity(evidence: Evidence) -> Integrity:
    now = evidence.evaluation
    findings = [
        Finding(
            finding_id=row["finding_id"],
            guard=row["guard"],
            kind=row["kind"],
            grade=row["grade"],
            period_start=row["period_start"],
            observed=row["observed"],
            expected=row["expected"],
            question=row["question"],
            evidence=row["evidence"],
            innocent_explanations=tuple(json.loads(row["innocent_explanations"] or "[]")),
            answer=_answer(row),
        )
        for row in evidence.findings
    ]
    return Integrity(
        verdict=now["integrity_verdict"], grade=now["integrity_grade"], findings=tuple(findings)
    )


def _answer(row: Row) -> str:
    """What the owner said of a finding, and what was decided about that; empty while open."""
    if row["answer_state"] == "open":
        return ""
    said = f"{row['answer']} ({row['answer_reason'].replace('_', ' ')}, {row['answered_by']})"
    if row["answer_state"] == "answered":
        return f"{said}; not decided about yet"
    return f"{said}; {row['answer_state']} by {row['decided_by']}: {row['decision']}"


def _limits(evidence: Evidence) -> NaturalLimits | None:
    limits = natural_limits(evidence.before)
    return None if limits is None else NaturalLimits(low=limits.low, high=limits.high)


def _related(evidence: Evidence) -> tuple[Series, ...]:
    """The goal's own number first, then the effort, then what is declared to drive the KPI."""
    tied = {goal["key_result_id"] for goal in evidence.goals}
    near = [
        (row["kpi_id"], row["scope"])
        for row in evidence.glance
        if row["key_result_id"] in tied and row["role"] == "measure"
    ]
    policy = evidence.policy
    if policy is not None and policy["effort_kpi_id"] is not None:
        near.append((policy["effort_kpi_id"], policy["effort_scope"]))
    near += [(driver, evidence.nearest_scope(driver)) for driver in evidence.drivers]
    return tuple(
        Series(
            kpi_id=kpi_id,
            name=evidence.kpis[kpi_id]["name"],
            scope=scope,
            unit_symbol=evidence.kpis[kpi_id]["unit_symbol"],
            decimals=evidence.kpis[kpi_id]["decimals"],
            points=evidence.points(kpi_id, scope),
        )
        for kpi_id, scope in dict.fromkeys(near)
        if kpi_id != evidence.kpi_id
    )


def _criteria(evidence: Evidence) -> Criteria:
    now = evidence.evaluation
    in_force = [t for t in evidence.targets if t["valid_from"] == now["target_valid_from"]]
    held: dict[str, Any] = in_force[0] if in_force else {}
    if evidence.episode["rule"] in _RULES_OF_A_POLICY and evidence.policy is not None:
        held = evidence.policy
    return Criteria(
        rule_text=_rule(evidence),
        target=now["target"],
        floor=now["floor"],
        target_valid_from=now["target_valid_from"],
        approved_by=evidence.role_names(held["approved_by"]) if held else None,
        approved_on=held.get("approved_on"),
        definition_hash=evidence.kpi["definition_hash"],
    )


def _rule(evidence: Evidence) -> str:
    """When the episode's rule fires, and, where one period was enough, which one."""
    kpi, now = evidence.kpi, evidence.evaluation
    if evidence.episode["rule"] != "level":
        return evidence.rule_description
    rule = f"{now['rule']} closed {kpi['grain']}s beyond the target"
    if now["floor"] is not None:
        rule += f", or one beyond the {hard_limit(kpi)}, which fires at once"
    if evidence.fired_at_once:
        rule += f"; {period(kpi, evidence.opened)} was beyond it"
    return rule


def _warning(evidence: Evidence, row: dict[str, Any]) -> str:
    """Credit where it is due: who said so before anybody could have seen it."""
    role = evidence.roles.get(row["declared_by"])
    who = plain(role["name"] if role else row["declared_by"])
    return (
        f"{who} declared “{plain(row['key_result_name'])}” {row['confidence'].replace('_', ' ')} "
        f"{counted(row['days_ahead'], 'day')} before the breach: {plain(row['reason'])}"
    )


def _goal(goal: dict[str, Any]) -> Goal:
    return Goal(
        objective_id=goal["objective_id"],
        objective_name=goal["objective_name"],
        key_result_id=goal["key_result_id"],
        key_result_name=goal["key_result_name"],
        role=goal["role"],
        progress=goal["progress"],
        expected_progress=goal["expected_progress"],
        status=goal["status"] or "no_data",
    )
