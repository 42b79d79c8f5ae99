"""`status`, `why` and `board`: what the published marts say, read without the pipeline."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestration.commands.output import AsJson, emit
from sightline.errors import NothingCheckedError, UsageError
from sightline.home import Home

if TYPE_CHECKING:
    import duckdb

_WHY = """
    select e.*, k.name as kpi_name, k.unit_symbol, v.version, v.known_from, v.state
    from marts.fct_kpi_evaluation as e
    inner join marts.dim_kpi as k on e.kpi_id = k.kpi_id
    left join marts.fct_kpi_value as v
        on v.kpi_id = e.kpi_id and v.scope = e.scope and v.period_start = e.period_start
        and v.is_current
    where e.kpi_id = ? and ? between e.period_start and e.period_end
    order by e.scope
"""


def marts() -> "duckdb.DuckDBPyConnection":
    """The published marts, read-only; raises NothingCheckedError before the first pulse."""
    home = Home.from_env()
    if not home.published.exists():
        raise NothingCheckedError(
            f"nothing is published in {home.published.parent} yet: run `make demo`, or a pulse"
        )
    from sightline.warehouse.duckdb import read_published

    return read_published(home)


def records(
    connection: "duckdb.DuckDBPyConnection", query: str, parameters: list[Any] | None = None
) -> list[dict[str, Any]]:
    """The rows of a query, each as a mapping from column name to value."""
    cursor = connection.execute(query, parameters or [])
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def status(
    objective: Annotated[
        str | None, typer.Argument(help="One objective; all when left out.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Where every objective stands. Exit code 1 while an episode is open."""
    from reports.card import render_cards

    with marts() as connection:
        rows = records(connection, "from marts.rpt_one_glance")
        known = sorted({row["objective_id"] for row in rows})
        if objective is not None and objective not in known:
            raise UsageError(f"no objective is called {objective}; there are: {', '.join(known)}")
        chosen = [row for row in rows if objective in (None, row["objective_id"])]
        emit(chosen, render_cards(connection, objective), as_json=as_json)
    if any(row["open_episode_id"] for row in chosen):
        raise typer.Exit(1)


def why(
    kpi: Annotated[str, typer.Argument(help="The KPI, by its id.")],
    period: Annotated[str, typer.Argument(help="Any day of the period, as YYYY-MM-DD.")],
    as_json: AsJson = False,
) -> None:
    """Why a KPI did, or did not, fire in a period: the walk through the rules."""
    try:
        day = date.fromisoformat(period)
    except ValueError as error:
        raise UsageError(f"{period} is not a day: write it as 2026-10-19") from error
    with marts() as connection:
        if not records(connection, "from marts.dim_kpi where kpi_id = ?", [kpi]):
            known = records(connection, "select kpi_id from marts.dim_kpi order by kpi_id")
            names = ", ".join(row["kpi_id"] for row in known)
            raise UsageError(f"no KPI is called {kpi}; there are: {names}")
        rows = records(connection, _WHY, [kpi, day])
    if not rows:
        raise NothingCheckedError(f"{kpi} has no period that holds {day}")
    emit(rows, "\n\n".join(_walk(row) for row in rows), as_json=as_json)


def _walk(row: dict[str, Any]) -> str:
    def held(beyond: bool | None, limit: Any) -> str:
        if limit is None:
            return "none is set"
        if beyond is None:
            return f"{limit}: not decided"
        return f"{limit}: {'passed' if beyond else 'held'}"

    lines = [
        f"{row['kpi_name']}, {row['scope']}, {row['period_start']} to {row['period_end']}",
        f"  value      {row['value']} {row['unit_symbol']}{_version(row)}",
        f"  closed     {'yes' if row['is_closed'] else 'no: an open period is never judged'}",
        f"  integrity  {row['integrity_verdict']} (grade {row['integrity_grade']})",
        f"  target     {held(row['is_beyond_target'], row['target'])}",
        f"  floor      {held(row['is_beyond_floor'], row['floor'])}",
        f"  rule       {row['rule']}: {'firing' if row['is_firing'] else 'not firing'}",
        f"  status     {row['status']}, as of {row['as_of']}",
    ]
    return "\n".join(lines)


def _version(row: dict[str, Any]) -> str:
    if row["version"] is None:
        return ""
    return f" ({row['state']}, version {row['version']}, known since {row['known_from']})"


def board(as_json: AsJson = False) -> None:
    """Draw the one-glance board again from the published marts and say where it lies."""
    from reports.board import render_board

    path = Home.from_env().reports / "index.html"
    with marts() as connection:
        path.write_text(render_board(connection), encoding="utf-8")
    emit({"board": str(path)}, str(path), as_json=as_json)
