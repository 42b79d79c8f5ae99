"""`check` and `schema`: what was promised, and whether it can be kept honest."""

from typing import Annotated

import typer

from orchestration.commands.output import AsJson, emit
from sightline.home import Home


def check(as_json: AsJson = False) -> None:
    """Check the definitions in okrs/, and the files that say how sources are read.

    Every finding comes with file, line, rule and way out.
    """
    from ingestion.source import refusals
    from sightline.definitions_report import report
    from sightline.errors import DefinitionError

    home = Home.from_env()
    outcome = report(home.okrs, checkout=home.checkout)
    refused = refusals()
    said = [outcome.text()]
    if refused:
        said += ["Sources cannot be pulled as they are described:", *map(str, refused)]
    data = outcome.as_dict() | {"sources": [finding.as_dict() for finding in refused]}
    emit(data, "\n\n".join(said), as_json=as_json)
    raise typer.Exit(DefinitionError.exit_code if refused else outcome.exit_code)


def schema(
    only_check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit code 1 when a schema is stale.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write the JSON Schemas that let editors complete and check the definitions."""
    from sightline import schemas

    okrs = Home.from_env().okrs
    changed = [str(path) for path in (schemas.stale if only_check else schemas.write)(okrs)]
    emit({"stale" if only_check else "written": changed}, "\n".join(changed), as_json=as_json)
    raise typer.Exit(1 if only_check and changed else 0)
