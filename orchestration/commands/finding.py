"""`finding list`, `show`, `link`, `answer`, `accept`, `refuse`: what guards ask, and answers."""

import json
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestration.commands.acts import Person, emit_link, register
from orchestration.commands.output import AsJson, emit
from orchestration.commands.reading import marts, records
from sightline.answering import FINDING_ACTS
from sightline.home import Home

if TYPE_CHECKING:
    from sightline.casebook.answers import Answers

app = typer.Typer(help="Findings about numbers: what a guard asks, and what the owner answers.")

Finding = Annotated[str, typer.Argument(help="The finding, as `finding list` names it.")]

_EXPLANATIONS = "innocent_explanations"
_EVERY = "from marts.fct_integrity_finding order by grade desc, finding_id"


@app.command("list")
def list_findings(as_json: AsJson = False) -> None:
    """Every finding, the urgent first; exit code 1 while one is not settled."""
    with marts() as connection:
        rows = records(connection, _EVERY)
    with _answers() as answers:
        states = answers.states()
    for row in rows:
        row["answer_state"] = states.get(_about(row), row["answer_state"])
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
    from reports import wording
    from reports.finding_page import STANDS

    row = _found(finding)
    with _answers() as answers:
        acts = answers.acts(finding)
        row["answer_state"] = answers.states().get(_about(row), row["answer_state"])
    read = {name: json.loads(row[name] or "null") for name in ("evidence", _EXPLANATIONS)}
    chance = "" if row["p_value"] is None else f", p {wording.p_value(row['p_value'])}"
    lines = [
        row["question"],
        f"Found: {row['observed']}. Expected: {row['expected']}.",
        f"Grade {row['grade']}: {row['kind']}, n = {row['n']}{chance}",
        *(f"Perhaps: {reason}" for reason in read[_EXPLANATIONS] or ()),
        *(f"{act.kind} by {act.actor}: {' '.join((act.reason, act.text)).strip()}" for act in acts),
        STANDS[row["answer_state"]],
        f"Page: {Home.from_env().finding_page(finding)}",
    ]
    data = row | read | {"acts": [asdict(act) for act in acts]}
    emit(data, "\n".join(lines), as_json=as_json)


@app.command("link")
def link(finding: Finding, person: Person, as_json: AsJson = False) -> None:
    """Sign a link by which one person can answer, or decide about an answer, in a browser."""
    from reports.page import answer_link

    _found(finding)
    emit_link("finding_id", finding, person, answer_link(finding), as_json=as_json)


def _take(finding: str, verb: str, fields: dict[str, str], author: str, *, as_json: bool) -> None:
    from orchestration.catalog import catalog
    from sightline.answering import Asked, act_on_finding

    row, now = _found(finding), Home.from_env().now()
    with _answers() as answers:
        act = act_on_finding(
            answers,
            catalog(),
            Asked(finding, row["kpi_id"], row["observed"]),
            verb=verb,
            fields=fields,
            author=author,
            at=now,
        )
    told = asdict(act)
    del told["about"]
    emit(
        told | {"at": now.isoformat()},
        f"{act.finding_id} is {act.kind}; the next pulse brings it into the marts",
        as_json=as_json,
    )


def _found(finding: str) -> dict[str, Any]:
    from reports.marts import finding_detail

    with marts() as connection:
        return finding_detail(connection, finding)


def _about(row: dict[str, Any]) -> tuple[str, str]:
    return row["finding_id"], row["observed"]


def _answers() -> "closing[Answers]":
    from sightline.casebook.answers import Answers

    return closing(Answers(Home.from_env().casebook_url))


register(app, FINDING_ACTS, "finding", Finding, _take)
