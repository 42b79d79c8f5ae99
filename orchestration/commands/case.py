"""`case list` and `case show`: the audits, read from the casebook."""

import json
from typing import Annotated

import typer

from orchestration.commands.output import AsJson, emit
from orchestration.commands.reading import marts, records
from sightline.errors import UsageError
from sightline.home import Home

app = typer.Typer(help="Audit cases: what was found when a linked KPI breached.")

_EPISODES = """
    select e.episode_id as case_id, e.kpi_id, e.scope, e.rule, e.state, e.opened_period,
        e.closed_period, e.last_value, e.target
    from marts.fct_kpi_episode as e
    where e.is_open or ?
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


@app.command("show")
def show(
    case_id: Annotated[str, typer.Argument(help="The case, as `case list` names it.")],
    as_json: AsJson = False,
) -> None:
    """One case: what was found, who acts, and where its page lies."""
    from sightline.casebook import Casebook

    home = Home.from_env()
    casebook = Casebook(home.casebook_url)
    casebook.create()
    case = casebook.case(case_id)
    if case is None:
        raise UsageError(f"no finished audit is called {case_id}; see `sightline case list --all`")
    lines = [case.headline]
    if case.instruction is not None:
        lines.append(f"Policy: {case.instruction.sentence}")
    lines += [f"{answer.department_name}: {answer.finding}" for answer in case.panel]
    lines += [f"To do: {action.text} ({action.role_name})" for action in case.actions]
    lines.append(f"Page: {home.cases / f'{case_id}.html'}")
    emit(json.loads(case.model_dump_json()), "\n".join(lines), as_json=as_json)
