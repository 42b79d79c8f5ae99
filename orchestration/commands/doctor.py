"""`doctor`: what is wrong with the installation, seen from outside the orchestrator."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from orchestration.commands.output import AsJson, emit


def doctor(
    silence: Annotated[
        int, typer.Option(min=1, help="Minutes without a pulse that are a symptom.")
    ] = 60,
    as_json: AsJson = False,
) -> None:
    """Heartbeats, stuck runs, held slots, unaudited cases, unsent messages, seals, marts, instance.

    Reads only and never waits for the pipeline. Exit code 1 with symptoms, 3 when Sightline cannot
    run as it is: made for cron.
    """
    from orchestration.doctor import Patience, examine
    from sightline.home import Home

    patience = Patience(datetime.now(UTC), timedelta(minutes=silence))
    symptoms, made = examine(Home.from_env(), patience)
    lines = [f"{each.check}: {each.what}\n    way out: {each.way_out}" for each in symptoms]
    well = f"well: {', '.join(made)}"
    found = {"checks": made, "symptoms": [each.as_dict() for each in symptoms]}
    emit(found, "\n".join(lines) or well, as_json=as_json)
    if symptoms:
        raise typer.Exit(3 if any(each.is_environment for each in symptoms) else 1)
