"""`case list`, `show` and `reproduce`: the audits, read from the casebook."""

import json
from datetime import UTC
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.commands.output import AsJson, emit
from orchestration.commands.reading import marts, records
from sightline.errors import NothingCheckedError, UsageError
from sightline.home import Home

if TYPE_CHECKING:
    from sightline.audit_case import AuditCase

app = typer.Typer(help="Audit cases: what was found when a linked KPI breached.")

_EPISODES = """
    select e.episode_id as case_id, e.kpi_id, e.scope, e.rule, e.state, e.opened_period,
        e.closed_period, e.last_value, e.target
    from marts.fct_kpi_episode as e
    where e.is_alerted and (e.is_open or ?)
    order by e.opened_period desc, e.episode_id
"""


@app.command("list")
def list_cases(
    every: Annotated[bool, typer.Option("--all", help="Closed episodes too.")] = False,
    as_json: AsJson = False,
) -> None:
    """The open cases; exit code 1 when there is one."""
    from sightline.casebook import Casebook

    with marts() as connection:
        rows = records(connection, _EPISODES, [every])
    casebook = Casebook(Home.from_env().casebook_url)
    casebook.create()
    finished = casebook.finished_audits()
    for row in rows:
        row["audited"] = row["case_id"] in finished
    lines = [
        f"{row['case_id']}  {row['state']}, {row['last_value']} against {row['target']}, "
        f"{'audited' if row['audited'] else 'waiting for its audit'}"
        for row in rows
    ]
    emit(rows, "\n".join(lines) or "no open case", as_json=as_json)
    if any(row["state"] != "closed" for row in rows):
        raise typer.Exit(1)


def _kept(case_id: str) -> "AuditCase":
    from sightline.casebook import Casebook

    casebook = Casebook(Home.from_env().casebook_url)
    casebook.create()
    case = casebook.case(case_id)
    if case is None:
        raise UsageError(f"no finished audit is called {case_id}; see `sightline case list --all`")
    return case


@app.command("reproduce")
def reproduce(
    case_id: Annotated[str, typer.Argument(help="The case, as `case list` names it.")],
    as_json: AsJson = False,
) -> None:
    """Rebuild a case from the published marts; exit code 1 when a byte differs.

    The marts must still be those the case was made from; later ones are exit code 4.
    """
    from sightline.investigation import investigate

    kept = _kept(case_id)
    with marts() as connection:
        ((judged,),) = connection.execute("select max(as_of) from marts.fct_kpi_episode").fetchall()
        if judged.replace(tzinfo=UTC) != kept.as_of:
            raise NothingCheckedError(
                f"{case_id} was made as of {kept.as_of}, the marts have moved on to {judged}"
            )
        rebuilt = investigate(connection, case_id, as_of=kept.as_of)
    same = rebuilt.canonical_bytes() == kept.canonical_bytes()
    before, after = kept.model_dump(), rebuilt.model_dump()
    blocks = [name for name in before if before[name] != after[name]]
    answer = "the same bytes" if same else f"another case: {', '.join(blocks)} differ"
    emit(
        {"case_id": case_id, "same": same, "differing_blocks": blocks},
        f"{case_id} rebuilds to {answer} (content {rebuilt.footer.content_hash[:12]})",
        as_json=as_json,
    )
    raise typer.Exit(0 if same else 1)


@app.command("show")
def show(
    case_id: Annotated[str, typer.Argument(help="The case, as `case list` names it.")],
    as_json: AsJson = False,
) -> None:
    """One case: what was found, who acts, and where its page lies."""
    case = _kept(case_id)
    lines = [case.headline]
    if case.instruction is not None:
        lines.append(f"Policy: {case.instruction.sentence}")
    lines += [f"{answer.department_name}: {answer.finding}" for answer in case.panel]
    lines += [f"To do: {action.text} ({action.role_name})" for action in case.actions]
    lines.append(f"Page: {Home.from_env().cases / f'{case_id}.html'}")
    emit(json.loads(case.model_dump_json()), "\n".join(lines), as_json=as_json)
