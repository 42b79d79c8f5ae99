"""`reconcile`: is what we hold still what the source says?"""

from typing import Annotated

import typer

from orchestration.commands.output import AsJson, emit
from sightline.home import Home


def reconcile(
    source: Annotated[str, typer.Argument(help="The SQL source, by its name.")] = "erp",
    accept_deletions: Annotated[
        list[str] | None,
        typer.Option(help="A table of which many rows are gone indeed; may be given again."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare every row of an SQL source with raw, and read in what differs.

    Finds what no cursor sees: rows edited by direct SQL, missed, or deleted. Exit code 1 when
    something was found; the next pulse uses it. The pipeline must not be writing meanwhile.
    """
    from ingestion.sql.reconcile import reconcile as compare

    home = Home.from_env()
    found = compare(source, home=home, seen_at=home.now(), accept_deletions=accept_deletions or ())
    columns = ("rows", "edited", "missed", "deleted", "deletions_refused", "rescaled", "rejected")
    lines = [f"{'table':<24}" + "".join(f"{name:>19}" for name in columns)]
    for table in found.tables:
        counts = (getattr(table, name) for name in columns)
        lines.append(f"{table.table:<24}" + "".join(f"{count:>19,}" for count in counts))
    emit(found.as_dict(), "\n".join(lines), as_json=as_json)
    raise typer.Exit(1 if found.differences else 0)
