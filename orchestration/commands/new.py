"""`new`: a first draft of a definition, from a look at what it is to describe."""

from pathlib import Path
from typing import Annotated

import typer

from orchestration.commands.output import AsJson, emit, say

app = typer.Typer(help="Write the first draft of a definition.", no_args_is_help=True)


@app.callback()
def new() -> None:
    """Write the first draft of a definition."""


@app.command()
def source(
    file: Annotated[Path, typer.Argument(help="A workbook or text file: xlsx, ods, csv.")],
    name: Annotated[
        str | None, typer.Option(help="Name of the raw table (default: that of the file).")
    ] = None,
    sheet: Annotated[
        str | None, typer.Option(help="Sheet to look at (default: the fullest).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write the mapping that reads a table out of a file, and say what the look was unsure of."""
    from ingestion import mapping
    from ingestion.mapping.draft import draft

    written = draft(file, mapping.folder(), name=name, sheet=sheet)
    for doubt in written.unsure:
        say(f"unsure: {doubt}")
    for row in written.rejected[:10]:
        say(f"rejected: {row['reason']}")
    say(f"{written.kept} rows are read and {len(written.rejected)} rejected")
    emit(written.as_dict(), str(written.path), as_json=as_json)
