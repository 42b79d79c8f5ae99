"""A finished audit of the planted breach: every block filled, every number consistent."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sightline.audit_case import (
    Action,
    Answer,
    AuditCase,
    Cause,
    Criteria,
    Decomposition,
    Edge,
    Finding,
    Footer,
    Goal,
    Instruction,
    Integrity,
    LineOfSight,
    NaturalLimits,
    Node,
    Part,
    Point,
    RateAndMix,
    Series,
)
from tests.reports.firm import CASE, LAST_WEEK, PERIOD, value_in

AS_OF = datetime(2026, 10, 26, 6, 0, tzinfo=UTC)
HEADLINE = "Sorter uptime at North is below 98 % because recalibration is running, not because data or machines got worse"  # fmt: skip  # noqa: E501 - one sentence


def points(kpi_id: str, target: str | None, floor: str | None) -> tuple[Point, ...]:
    """Thirty weeks; in breach from the first week of the programme on."""
    weeks = [LAST_WEEK - timedelta(weeks=29 - week) for week in range(30)]
    return tuple(
        Point(
            period_start=start,
            value=value_in(kpi_id, week),
            target=None if target is None else Decimal(target),
            floor=None if floor is None else Decimal(floor),
            status="breached" if start >= PERIOD[0] and target else "healthy",
        )
        for week, start in enumerate(weeks)
    )


def sample_case(**changes: Any) -> AuditCase:
    """The case, with any field replaced."""
    fields: dict[str, Any] = {
        "case_id": CASE,
        "kpi_id": "sorter_uptime",
        "kpi_name": "Sorter uptime",
        "scope": "north",
        "rule": "level",
        "unit_symbol": "%",
        "decimals": 2,
        "direction": "higher_is_better",
        "grain": "week",
        "opened_period": PERIOD[0],
        "opened_at": datetime(2026, 7, 13, tzinfo=UTC),
        "as_of": AS_OF,
        "headline": HEADLINE,
        "instruction": Instruction(
            policy_id="throughput_over_uptime",
            policy_name="Throughput outranks sorter uptime, within an allowance",
            rule="budget_low",
            verdict="slow_down",
            sentence="Keep recalibrating, but only the sorter that gains most. Under a quarter "
            "of the allowance is left.",
            approved_on=date(2026, 6, 20),
            approved_by="Chief operating officer, Finance lead",
        ),
        "integrity": Integrity(verdict="contested", grade="C", findings=(FINDING,)),
        "condition": points("sorter_uptime", "98", "96.5"),
        "natural_limits": NaturalLimits(low=Decimal("98.21"), high=Decimal("99.03")),
        "related": (
            Series(kpi_id="sorting_throughput", name="Sorting throughput", scope="north",
                   unit_symbol="parcels/h", decimals=0,
                   points=points("sorting_throughput", None, None)),
        ),
        "criteria": Criteria(
            rule_text="2 of 2 closed weeks below target", target=Decimal(98),
            floor=Decimal("96.5"), target_valid_from=date(2025, 4, 28), approved_by="coo",
            approved_on=date(2025, 4, 21), definition_hash="9f2c41d07be3"),
        "goals": (
            Goal(objective_id="faster_throughput", key_result_id="throughput_1500",
                 objective_name="Achieve 20 % faster throughput at the North hub by year-end",
                 key_result_name="Sorting throughput at North from 1,250 to 1,500",
                 role="guardrail", progress=Decimal("0.644"),
                 expected_progress=Decimal("0.654"), status="healthy"),
        ),
        "panel": PANEL,
        "decomposition": DECOMPOSITION,
        "drill_down": DRILL_DOWN,
        "causes": (
            Cause(kind="arithmetic",
                  text="Recalibration accounts for 1.27 of the 1.25 points of uptime lost."),
            Cause(kind="statistical",
                  text="Recalibrations done moves with uptime in the same week (r = −0.81)."),
            Cause(kind="coincidence", text="The programme began in the week uptime first fell."),
        ),
        "consequence": (
            "88.3 % of the four-week allowance of 14.40 h is used; 11.7 % is left.",
            "Uptime is 0.85 points above its hard floor of 96.5 %.",
            "9 weeks remain until 27 Dec 2026.",
        ),
        "actions": (
            Action(role="maintenance_lead", role_name="Maintenance lead", due=date(2026, 10, 30),
                   department_name="Maintenance",
                   text="Name the sorter that gains most from the next recalibration."),
            Action(role="automation_lead", role_name="Automation lead", due=date(2026, 10, 30),
                   department_name="Automation programme",
                   text="Confirm the recalibration plan for the next four weeks."),
        ),
        "departments": ("maintenance", "automation", "customer_operations"),
        "line_of_sight": SIGHT,
        "footer": Footer(
            as_of=AS_OF, load_ids=("1792994400.1", "1792994402.7"),
            definition_hash="9f2c41d07be3", model_hash="5d1e0c77ab42", content_hash="",
            command=f"sightline case reproduce {CASE} --as-of 2026-10-26T06:00:00Z"),
    }  # fmt: skip
    return AuditCase(**(fields | changes)).sealed()


FINDING = Finding(
    finding_id="f7", guard="reported_matches_recomputed", kind="structural", grade="C",
    period_start=LAST_WEEK, observed="98.2 in uptime_log.xlsx, cell D79",
    expected="97.35, recomputed from the ERP",
    question="Why does the hand-kept log show 98.2 where the ERP gives 97.35?",
    evidence='{"differing_weeks": "8 of the last 8, all towards the target", "rows": '
    '[{"cell": "D79", "reported": "98.2", "recomputed": "97.35"}]}',
    innocent_explanations=("The log leaves planned stops out.", "The log rounds up."),
)  # fmt: skip
PANEL = (
    Answer(department="data", department_name="Data", question="Is the number real?",
           finding="The hand-kept log disagrees with the ERP in 8 of 8 weeks.",
           verdict="one question open", level="at_risk"),
    Answer(department="maintenance", department_name="Maintenance",
           question="What stopped the line?",
           finding="Recalibration took 5.1 h of the 6.4 h lost last week; unplanned stops are "
           "unchanged.", verdict="planned cause", level="healthy"),
    Answer(department="automation", department_name="Automation programme",
           question="Is the plan followed?", finding="16 of 17 recalibrations are done.",
           verdict="1 behind", level="healthy"),
    Answer(department="operations", department_name="Operations",
           question="Is anyone paid against it?",
           finding="Uptime carries 30 % of the bonus of Operations.",
           verdict="opposite incentive", level="breached"),
    Answer(department="quality", department_name="Quality", question="Do customers feel it?",
           finding="No figures in the window.", verdict="unknown", level="unknown"),
)  # fmt: skip
DECOMPOSITION = Decomposition(
    dimension="reason", baseline_from=date(2026, 5, 4), baseline_to=date(2026, 6, 22),
    period_from=date(2026, 9, 28), period_to=LAST_WEEK, before=Decimal("98.60"),
    after=Decimal("97.35"), change=Decimal("-1.25"), residual=Decimal(0),
    parts=(
        Part(label="recalibration", amount=Decimal("-1.27"), share=Decimal("1.016")),
        Part(label="jam", amount=Decimal("-0.06"), share=Decimal("0.048")),
        Part(label="belt", amount=Decimal("0.05"), share=Decimal("-0.04")),
        Part(label="sensor", amount=Decimal("0.03"), share=Decimal("-0.024")),
    ),
)  # fmt: skip
DRILL_DOWN = Decomposition(
    dimension="sorter", baseline_from=date(2026, 5, 4), baseline_to=date(2026, 6, 22),
    period_from=LAST_WEEK, period_to=LAST_WEEK, before=Decimal("98.60"),
    after=Decimal("97.35"), change=Decimal("-1.25"), residual=Decimal(0),
    parts=(
        Part(label="N2", amount=Decimal("-0.76"), share=Decimal("0.608"), noise="beyond",
             split=RateAndMix(rate=Decimal("-0.6"), mix=Decimal("-0.16"),
                              ratio_before=Decimal(98), ratio_after=Decimal(97),
                              weight_before=Decimal("0.5"), weight_after=Decimal("0.7"))),
        Part(label="N1", amount=Decimal("-0.49"), share=Decimal("0.392"), noise="beyond",
             split=RateAndMix(rate=Decimal("-0.34"), mix=Decimal("-0.15"),
                              ratio_before=Decimal("99.2"), ratio_after=Decimal("98.35"),
                              weight_before=Decimal("0.5"), weight_after=Decimal("0.3"))),
    ),
)  # fmt: skip
_KPIS = (
    ("throughput", "Sorting throughput, north", "healthy", "k1", "measure", "erp"),
    ("uptime", "Sorter uptime, north", "breached", "k1", "guardrail", "erp"),
    ("recalibrations", "Recalibrations done, north", "healthy", "k1", "leading, 3 wk", "erp"),
    ("touches", "Manual touches per parcel", "healthy", "k2", "measure", "erp"),
    ("trained", "Staff trained", "contested", "k2", "leading, 4 wk", "sheets"),
    ("effort", "Recalibration effort, north", "healthy", "k3", "leading", "tracker"),
)
SIGHT = LineOfSight(
    nodes=(
        Node(node_id="o1", column=0, status="healthy", label="Achieve 20 % faster throughput "
             "at the North hub by year-end"),
        Node(node_id="k1", column=1, status="healthy", label="Sorting throughput 1,250 → 1,500"),
        Node(node_id="k2", column=1, status="healthy", label="Manual touches 3.1 → 2.0"),
        Node(node_id="k3", column=1, status="at_risk", label="All milestones reached"),
        *(Node(node_id=k[0], column=2, label=k[1], status=k[2]) for k in _KPIS),
        Node(node_id="erp", column=3, label="ERP, pulled", status="healthy"),
        Node(node_id="tracker", column=3, label="Tracker, pulled", status="healthy"),
        Node(node_id="sheets", column=3, label="Spreadsheets, typed by hand", status="healthy"),
    ),
    edges=(
        Edge(source="o1", target="k1", label="", on_path=True),
        Edge(source="o1", target="k2", label="", on_path=False),
        Edge(source="o1", target="k3", label="", on_path=False),
        *(Edge(source=k[3], target=k[0], label=k[4], on_path=k[0] == "uptime") for k in _KPIS),
        *(Edge(source=k[0], target=k[5], label="", on_path=k[0] == "uptime") for k in _KPIS),
    ),
)  # fmt: skip
