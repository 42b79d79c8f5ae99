"""`finding list`, `show`, `answer`, `accept`, `refuse`: what guards ask, and what owners say."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestration.commands.output import AsJson, emit
from orchestration.commands.reading import marts, records
from sightline.errors import UsageError
from sightline.home import Home

if TYPE_CHECKING:
    from sightline.casebook.answers import ActKind

app = typer.Typer(help="Findings about numbers: what a guard asks, and what the owner answers.")

Finding = Annotated[str, typer.Argument(help="The finding, as `finding list` names it.")]
By = Annotated[str, typer.Option("--by", help="Your mailbox, as the vocabulary names it.")]
Text = Annotated[str, typer.Option("--text", help="A sentence that stays on record.")]

_EXPLANATIONS = "innocent_explanations"
_EVERY = "from marts.fct_integrity_finding order by grade desc, finding_id"


@app.command("list")
def list_findings(as_json: AsJson = False) -> None:
    """Every finding, the urgent first; exit code 1 while one is not settled."""
    with marts() as connection:
        rows = records(connection, _EVERY)
    lines = [
        f"{row['finding_id']}  grade {row['grade']}, {row['answer_state']}: {row['question']}"
        for row in rows
    ]
    emit(rows, "\n".join(lines) or "no guard has a question", as_json=as_json)
    if any(row["answer_state"] != "accepted" for row in rows):
        raise typer.Exit(1)


@app.command("show")
def show(finding: Finding, as_json: AsJson = False) -> None:
    """One finding: question, innocent explanations, answers, and the page with its evidence."""
    from sightline.casebook.answers import Answers

    row = _found(finding)
    answers = Answers(Home.from_env().casebook_url)
    acts = answers.acts(finding)
    answers.close()
    read = {name: json.loads(row[name] or "null") for name in ("evidence", _EXPLANATIONS)}
    chance = "" if row["p_value"] is None else f", p = {float(row['p_value']):.2g}"
    lines = [
        row["question"],
        f"Found: {row['observed']}. Expected: {row['expected']}.",
        f"Grade {row['grade']}, {row['answer_state']}: {row['kind']}, n = {row['n']}{chance}",
        *(f"Perhaps: {reason}" for reason in read[_EXPLANATIONS] or ()),
        *(f"{act.kind} by {act.actor}: {' '.join((act.reason, act.text)).strip()}" for act in acts),
        f"Page: {Home.from_env().findings / f'{finding}.html'}",
    ]
    data = row | read | {"acts": [asdict(act) for act in acts]}
    emit(data, "\n".join(lines), as_json=as_json)


@app.command("answer")
def answer(
    finding: Finding,
    reason: Annotated[str, typer.Option(help="A code of `answer_codes` in the vocabulary.")],
    text: Text,
    by: By,
    as_json: AsJson = False,
) -> None:
    """Answer for a number you own; somebody else then accepts or refuses the answer."""
    from orchestration.catalog import catalog
    from sightline.casebook.answers import check_answer

    row, now = _found(finding), Home.from_env().now()
    check_answer(catalog(), row["kpi_id"], by=by, reason=reason, at=now)
    _keep(row, "answered", by=by, reason=reason, text=text, at=now, as_json=as_json)


@app.command("accept")
def accept(finding: Finding, text: Text, by: By, as_json: AsJson = False) -> None:
    """Accept the owner's answer: a number contested by this finding alone is trusted again."""
    _decide(finding, "accepted", text=text, by=by, as_json=as_json)


@app.command("refuse")
def refuse(finding: Finding, text: Text, by: By, as_json: AsJson = False) -> None:
    """Refuse the owner's answer, or take an acceptance back: the finding stands as before."""
    _decide(finding, "refused", text=text, by=by, as_json=as_json)


def _decide(finding: str, kind: "ActKind", *, text: str, by: str, as_json: bool) -> None:
    from orchestration.catalog import catalog
    from sightline.casebook.answers import check_decision

    row, now = _found(finding), Home.from_env().now()
    check_decision(catalog(), row["kpi_id"], by=by, at=now)
    _keep(row, kind, by=by, reason="", text=text, at=now, as_json=as_json)


def _found(finding: str) -> dict[str, Any]:
    with marts() as connection:
        rows = records(
            connection, "from marts.fct_integrity_finding where finding_id = ?", [finding]
        )
    if not rows:
        raise UsageError(f"no finding is called {finding}; see `sightline finding list`")
    return rows[0]


def _keep(
    row: dict[str, Any],
    kind: "ActKind",
    *,
    by: str,
    reason: str,
    text: str,
    at: datetime,
    as_json: bool,
) -> None:
    from sightline.casebook.answers import Answers, FindingAct

    act = FindingAct(
        finding_id=row["finding_id"],
        kind=kind,
        about=row["observed"],
        actor=by,
        at=at,
        reason=reason,
        text=text,
    )
    answers = Answers(Home.from_env().casebook_url)
    answers.add(act)
    answers.close()
    told = {"finding_id": act.finding_id, "kind": kind, "actor": by, "reason": reason, "text": text}
    emit(
        told | {"at": at.isoformat()},
        f"{act.finding_id} is {kind}; the next pulse brings it into the marts",
        as_json=as_json,
    )
