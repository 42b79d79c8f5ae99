"""`status` and `board`: what the published marts say, read without the pipeline."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestration.commands.output import AsJson, emit
from sightline.errors import NothingCheckedError, UsageError
from sightline.home import Home

if TYPE_CHECKING:
    import duckdb


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
    """Where every objective stands. Exit code 1 while an episode is open, 4 when none is known."""
    from reports.card import render_cards

    with marts() as connection:
        rows = records(connection, "from marts.rpt_one_glance")
        if not rows:
            raise NothingCheckedError(
                "the published marts know of no objective: `sightline verify` tells whether raw is "
                "still what was loaded, `sightline check` whether the definitions hold"
            )
        known = sorted({row["objective_id"] for row in rows})
        if objective is not None and objective not in known:
            raise UsageError(f"no objective is called {objective}; there are: {', '.join(known)}")
        chosen = [row for row in rows if objective in (None, row["objective_id"])]
        emit(chosen, render_cards(connection, objective), as_json=as_json)
    if any(row["open_episode_id"] for row in chosen):
        raise typer.Exit(1)


def board(as_json: AsJson = False) -> None:
    """Draw the one-glance board again from the published marts and say where it lies."""
    from reports.board import render_board

    path = Home.from_env().reports / "index.html"
    with marts() as connection:
        path.write_text(render_board(connection), encoding="utf-8")
    emit({"board": str(path)}, str(path), as_json=as_json)
