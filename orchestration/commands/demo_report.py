"""What a run of the demo found and where to look, in ten lines read from the published marts."""

from dataclasses import dataclass
from typing import Any

from orchestration.commands.reading import marts, records
from sightline.casebook import Casebook
from sightline.home import Home

_SOURCES = """
    select sum(seen) as seen, sum(kept) as kept, sum(rejected) as rejected, count(*) as sources
    from marts.fct_source_freshness
"""
_OBJECTIVES = """
    select distinct objective_name, objective_status from marts.rpt_one_glance order by 1
"""
_VERDICTS = """
    select instruction, rule, verdict from marts.fct_policy_verdict where is_latest
"""
_FINDINGS = "select kpi_id, scope, guard, grade, question from marts.fct_integrity_finding"
_ALERTS = """
    select count(distinct message_id) as messages, count(*) filter (where is_delivered) as delivered
    from marts.fct_alert_delivery
"""

_PULLED = "{seen} rows from {sources} sources by the last look: {kept} kept, {rejected} rejected"
_ALERTED = "{messages} messages, {delivered} delivered"


@dataclass(frozen=True)
class Report:
    """The same findings as data and as text."""

    data: dict[str, Any]
    text: str


def found(home: Home, *, scenario: str, seconds: float) -> Report:
    """Read what the run left: episodes, verdicts, findings, alerts, and where the pages lie."""
    with marts() as connection:
        sources = records(connection, _SOURCES)[0]
        objectives = records(connection, _OBJECTIVES)
        verdicts = records(connection, _VERDICTS)
        findings = records(connection, _FINDINGS)
        alerts = records(connection, _ALERTS)[0]
        as_of = records(connection, "select max(as_of) as as_of from marts.rpt_one_glance")[0]
        opened = records(
            connection,
            "select episode_id from marts.fct_kpi_episode where is_open and is_alerted order by 1",
        )
    casebook = Casebook(home.casebook_url)
    cases = [case for row in opened if (case := casebook.case(row["episode_id"])) is not None]
    casebook.close()
    data = {
        "scenario": scenario,
        "as_of": as_of["as_of"],
        "seconds": round(seconds, 1),
        "rows": sources,
        "objectives": objectives,
        "open_episodes": [row["episode_id"] for row in opened],
        "cases": [
            {"case_id": c.case_id, "headline": c.headline, "departments": list(c.departments)}
            for c in cases
        ],
        "policy_verdicts": verdicts,
        "integrity_findings": findings,
        "alerts": alerts,
        "board": home.reports / "index.html",
        "database": home.published,
    }
    standings = (f"{row['objective_name']}: {row['objective_status']}" for row in objectives)
    told = [
        ("firm", f"Northline Logistics, {scenario}, as of {as_of['as_of']}, in {seconds:.0f} s"),
        ("pulled", _PULLED.format(**sources)),
        ("objectives", "; ".join(standings)),
        *(("found", case.headline) for case in cases),
        *(("policy", f"{row['verdict']}: {row['instruction']}") for row in verdicts),
        ("alerts", _ALERTED.format(**alerts)),
        *(("asked", ", ".join(case.departments)) for case in cases),
        *(("guards", f"{row['kpi_id']} {row['scope']}: {row['question']}") for row in findings),
        ("board", str(home.reports / "index.html")),
        *(("case", str(home.case_page(case.case_id))) for case in cases),
        ("marts", str(home.published)),
    ]
    return Report(data, "\n".join(f"{what:<11}{line}" for what, line in told))
