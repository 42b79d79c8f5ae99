"""`evidence`: whether each KPI that is said to lead a key result leads it, as tested last."""

from typing import Any

import typer

from orchestration.commands.output import AsJson, emit
from orchestration.commands.reading import marts, records
from sightline.errors import NothingCheckedError

_LINKS = "from marts.fct_link_evidence order by key_result_id, kpi_id, scope"
_WORDS = {"supported": "supported", "not_supported": "not supported", "insufficient": "too early"}


def evidence(as_json: AsJson = False) -> None:
    """Do the leading KPIs lead? Every claim with its verdict and why.

    Exit code 1 when a claim that could be tested is not supported, 4 when none could be tested.
    The test runs weekly, as the job `evidence`; its error rates are in docs/leading_indicators.md.
    """
    with marts() as connection:
        rows = records(connection, _LINKS)
    emit(rows, "\n".join(_line(row) for row in rows) or "no link is leading", as_json=as_json)
    verdicts = {row["verdict"] for row in rows}
    if not verdicts - {"insufficient"}:
        raise NothingCheckedError(f"{len(rows)} leading links, and none could be tested")
    if "not_supported" in verdicts:
        raise typer.Exit(1)


def _line(row: dict[str, Any]) -> str:
    scope = "" if row["scope"] == "all" else f", {row['scope']}"
    claim = f"{row['kpi_id']}{scope} → {row['key_result_id']}, {row['declared_lag']} ahead"
    return f"{_WORDS[row['verdict']]:<14}{claim}\n{'':<14}{row['reason']}"
