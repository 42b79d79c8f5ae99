"""`silence add`, `list` and `lift`: hold messages back for a while, with author, reason and end."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from orchestration.commands.output import AsJson, emit
from sightline.casebook.records import Silence
from sightline.errors import UsageError
from sightline.home import Home

app = typer.Typer(help="Messages held back for a while. What is judged and audited stays so.")

Author = Annotated[
    str, typer.Option("--by", help="Who answers for it: a mailbox, as okrs/vocabulary.yml has it.")
]

_OBJECTIVE = "An objective: every KPI tied to it, whichever other objectives that touches too."
_SCOPES = "select distinct scope from marts.fct_kpi_evaluation where kpi_id = coalesce(?, kpi_id)"


@app.command("add")
def add(
    until: Annotated[str, typer.Option(help="Moment it ends, such as 2026-11-02T06:00Z.")],
    author: Author,
    reason: Annotated[str, typer.Option(help="Why.")],
    kpi: Annotated[str | None, typer.Option(help="The KPI.")] = None,
    scope: Annotated[str | None, typer.Option(help="One scope of it.")] = None,
    objective: Annotated[str | None, typer.Option(help=_OBJECTIVE)] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Only say what it would do.")] = False,
    as_json: AsJson = False,
) -> None:
    """Hold back messages about a KPI or an objective; says which open cases that concerns."""
    from orchestration.alerting import open_casebook
    from orchestration.commands.reading import marts
    from reports import wording
    from reports.alerts import standings
    from reports.decision import would_hold_back
    from sightline.acting import check_silence
    from sightline.catalog import load_catalog

    home = Home.from_env()
    now = home.now()
    wanted = Silence("", kpi, scope, objective, now, _moment(until), author, reason)
    with marts() as connection:
        scopes = {row[0] for row in connection.execute(_SCOPES, [kpi]).fetchall()}
        check_silence(load_catalog(home.okrs), wanted, scopes=scopes, at=now)
        cases = would_hold_back(standings(connection), wanted, now)
    silence_id = None
    if not preview:
        silence_id = open_casebook(home).silencing.hold(wanted, now).silence_id
    verb = "would hold back" if preview else f"silence {silence_id} holds back"
    held = wording.counted(len(cases), "open case")
    text = "\n".join([f"{verb} {held}", *(f"  {case}" for case in cases)])
    emit({"silence_id": silence_id, "holds_back": cases}, text, as_json=as_json)


@app.command("list")
def list_silences(as_json: AsJson = False) -> None:
    """The silences in force and to come; exit code 1 when there is one."""
    from orchestration.alerting import open_casebook

    home = Home.from_env()
    silences = open_casebook(home).silencing.silences(home.now())
    lines = [
        f"{each.silence_id}  {each.kpi_id or each.objective_id}"
        f"{f', {each.scope}' if each.scope else ''} until {each.ends_at:%Y-%m-%d %H:%M} UTC, "
        f"by {each.author}: {each.reason}"
        for each in silences
    ]
    data = [vars(each) for each in silences]
    emit(data, "\n".join(lines) or "nothing is silenced", as_json=as_json)
    if silences:
        raise typer.Exit(1)


@app.command("lift")
def lift(
    silence_id: Annotated[str, typer.Argument(help="The silence, as `silence list` names it.")],
    author: Author,
    as_json: AsJson = False,
) -> None:
    """End a silence before its time; what is still open is told at the next pulse."""
    from orchestration.alerting import open_casebook
    from sightline.catalog import load_catalog
    from sightline.people import require_known

    home = Home.from_env()
    now = home.now()
    require_known(load_catalog(home.okrs), author, now.date())
    open_casebook(home).silencing.lift(silence_id, now, author)
    emit({"lifted": silence_id}, f"silence {silence_id} is lifted", as_json=as_json)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is no moment: write it like 2026-11-02T06:00Z") from None
    if moment.tzinfo is None:
        raise UsageError(f"{text!r} has no time zone: write it with a final Z")
    return moment.astimezone(UTC)
