"""`case list`, `show`, `reproduce` and `link`: cases as the casebook has them."""

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestration.commands.acts import Person, emit_link, register
from orchestration.commands.output import AsJson, emit
from orchestration.commands.past import instant
from orchestration.commands.reading import marts, records
from sightline.casebook.acts import ACTS
from sightline.errors import UsageError
from sightline.home import Home

if TYPE_CHECKING:
    from sightline.audit_case import AuditCase
    from sightline.casebook import Casebook

app = typer.Typer(help="Audit cases: what was found when a linked KPI breached, and what was done.")
CaseId = Annotated[str, typer.Argument(help="The case, as `case list` names it.")]

_OTHER_CODE = 5  # exit code; those below it are of errors

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
    from reports.episodes import open_episodes
    from sightline.casebook import Casebook

    with marts() as connection:
        rows = records(connection, _EPISODES, [every])
        told = {episode.case_id: episode.headline for episode in open_episodes(connection)}
    home = Home.from_env()
    casebook = Casebook(home.casebook_url)
    casebook.create()
    finished, now = casebook.finished_audits(), home.now()
    standings = casebook.standings(now)
    for row in rows:
        row["audited"] = row["case_id"] in finished
        stands = standings.get(row["case_id"])
        row["stands"] = stands.state if stands else "not announced"
        row["due"] = stands.due if stands else None
        row["overdue"] = stands is not None and stands.is_overdue(now.date())
    lines = [_line(row, told.get(row["case_id"], row["state"])) for row in rows]
    emit(rows, "\n".join(lines) or "no open case", as_json=as_json)
    if any(row["state"] != "closed" for row in rows):
        raise typer.Exit(1)


def _line(row: dict[str, Any], told: str) -> str:
    stands = row["stands"].replace("_", " ") + _next_step(row["due"], is_overdue=row["overdue"])
    audited = "audited" if row["audited"] else "waiting for its audit"
    return f"{row['case_id']}  {told}; {stands}; {audited}"


def _next_step(due: date | None, *, is_overdue: bool) -> str:
    if due is None:
        return ""
    return f", next step was due on {due}" if is_overdue else f", next step by {due}"


def _casebook(home: Home) -> "Casebook":
    from sightline.casebook import Casebook

    casebook = Casebook(home.casebook_url)
    casebook.create()
    return casebook


def _finished(case_id: str) -> "AuditCase | None":
    return _casebook(Home.from_env()).case(case_id)


def _kept(case_id: str) -> "AuditCase":
    case = _finished(case_id)
    if case is None:
        raise UsageError(f"no finished audit is called {case_id}; see `sightline case list --all`")
    return case


@app.command("reproduce")
def reproduce(
    case_id: CaseId,
    as_of: Annotated[
        str | None,
        typer.Option(help="The moment its page is of; by default, when the kept case was made."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Rebuild a case from what was known at its moment; exit code 1 when a byte differs.

    Compared is the case in the casebook; for a page that `sightline asof` drew, that page. A case
    that differs and was made by other code than this ends with 5: that says nothing of its inputs.
    """
    from orchestration.past import rebuild_case
    from reports.case_page import render_case
    from sightline.investigation.code import code_hash

    home = Home.from_env()
    is_past = not home.warehouse.exists()  # what `asof` made has no casebook either
    kept = None if is_past else _finished(case_id) if as_of else _kept(case_id)
    moment = instant(as_of) if as_of else kept.as_of if kept else _judged(home, case_id)
    if kept is not None and kept.as_of == moment:
        rebuilt = rebuild_case(home, case_id, moment)
        before, after = kept.model_dump(), rebuilt.model_dump()
        same = rebuilt.canonical_bytes() == kept.canonical_bytes()
        blocks = [name for name in before if before[name] != after[name]]
        made_by, code = _casebook(home).made_by(case_id), code_hash(home.checkout)
    else:
        page, made_by = _drawn(home, case_id, moment)
        rebuilt = rebuild_case(home, case_id, moment)
        same = render_case(rebuilt).encode() == page
        blocks = [] if same else ["page"]
        code = code_hash(home.checkout, with_page=True)
    is_other_code = not same and made_by != code
    answer = "the same bytes" if same else f"another case: {', '.join(blocks)} differ"
    if is_other_code:
        by = f"by other code ({made_by[:12]})" if made_by else "before its code was put on record"
        answer += f"; it was made {by}, not by this ({code[:12]}), so its inputs may be the same"
    elif not same:
        answer += "; it was made by this very code, so its inputs differ"
    emit(
        {
            "case_id": case_id,
            "same": same,
            "differing_blocks": blocks,
            "made_by": made_by,
            "rebuilt_by": code,
        },
        f"{case_id} as of {moment.isoformat()} rebuilds to {answer} "
        f"(content {rebuilt.footer.content_hash[:12]})",
        as_json=as_json,
    )
    raise typer.Exit(0 if same else _OTHER_CODE if is_other_code else 1)


def _judged(home: Home, case_id: str) -> datetime:
    """The moment of a home that `asof` rebuilt: it has marts and pages, and no casebook."""
    from orchestration.past import judged_as_of

    judged = judged_as_of(home) if home.published.exists() else None
    if judged is None:
        raise UsageError(f"no case is called {case_id}: nothing was judged in {home.root} yet")
    return judged


def _drawn(home: Home, case_id: str, moment: datetime) -> tuple[bytes, str]:
    """The page that `asof` drew of a case, and the hash of the code that did.

    In its own home, or seen from the home it looked at.
    """
    from orchestration.past import drawn_by, past_home

    past = past_home(home, moment) if home.warehouse.exists() else home
    page = past.case_page(case_id)
    if not page.exists():
        raise UsageError(
            f"no {case_id} of {moment.isoformat()} is kept; to build it: "
            f"sightline asof {moment.isoformat()}"
        )
    return page.read_bytes(), drawn_by(past)


@app.command("show")
def show(
    case_id: CaseId,
    as_json: AsJson = False,
) -> None:
    """One case: what was found, who acts, and where its page lies."""
    from reports.case_log import told
    from reports.case_page import departments_note
    from sightline.casebook import Casebook
    from sightline.catalog import load_catalog
    from sightline.people import role_names

    home = Home.from_env()
    case = _kept(case_id)
    casebook = Casebook(home.casebook_url)
    now = home.now()
    stands = casebook.standing(case_id, now)
    acts = told(casebook.events(case_id), role_names(load_catalog(home.okrs)))
    lines = [case.headline]
    if stands is not None:
        due = _next_step(stands.due, is_overdue=stands.is_overdue(now.date()))
        lines.append(f"Stands: {stands.state.replace('_', ' ')}{due}")
    if case.instruction is not None:
        lines.append(f"Policy: {case.instruction.sentence}")
    lines += [f"Why: {cause.text}" for cause in case.causes if cause.kind == "arithmetic"]
    lines += [departments_note(case)]
    lines += [f"{answer.department_name}: {answer.finding}" for answer in case.panel]
    lines += [f"To do: {action.text} ({action.role_name})" for action in case.actions]
    lines += [f"Done: {act.sentence} ({act.author}, {act.at:%Y-%m-%d %H:%M})" for act in acts]
    lines.append(f"Page: {home.case_page(case_id)}")
    data = json.loads(case.model_dump_json())
    data["stands"] = stands.state if stands else None
    data["due"] = stands.due if stands else None
    data["overdue"] = stands is not None and stands.is_overdue(now.date())
    data["acts"] = [{"at": a.at, "author": a.author, "sentence": a.sentence} for a in acts]
    emit(data, "\n".join(lines), as_json=as_json)


@app.command("link")
def link(case_id: CaseId, person: Person, as_json: AsJson = False) -> None:
    """Sign a link by which one person can act on one case, once, within three days."""
    from reports.page import act_link
    from sightline.casebook.legal import require_case

    home = Home.from_env()
    require_case(case_id, _casebook(home).standing(case_id, home.now()))
    emit_link("case_id", case_id, person, act_link("", case_id), as_json=as_json)


def _take(case_id: str, verb: str, fields: dict[str, str], author: str, *, as_json: bool) -> None:
    """Record the act and say where the case stands now."""
    from sightline.acting import act_on
    from sightline.catalog import load_catalog

    home = Home.from_env()
    stands = act_on(
        _casebook(home),
        load_catalog(home.okrs),
        case_id,
        verb=verb,
        fields=fields,
        author=author,
        at=home.now(),
    )
    due = f", next step by {stands.due}" if stands.due else ""
    emit(
        {"case_id": case_id, "state": stands.state, "due": stands.due, "since": stands.since},
        f"{case_id} is {stands.state.replace('_', ' ')}{due}",
        as_json=as_json,
    )


register(app, ACTS, "case_id", CaseId, _take)
