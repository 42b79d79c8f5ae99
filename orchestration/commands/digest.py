"""`digest`: the day's message, and a round over what was not sent."""

from typing import Annotated

import typer

from orchestration.commands.output import AsJson, emit


def digest(
    only_send: Annotated[
        bool, typer.Option("--only-send", help="Write no digest; send what waits.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Send the day's digest once, and what waits besides; exit code 1 when something waits on."""
    from orchestration.alerting import send, tell_digest
    from sightline.home import Home

    home = Home.from_env()
    written = 0 if only_send else tell_digest(home)
    sent = send(home)
    emit(
        {"written": written, "delivered": sent.delivered, "undelivered": sent.undelivered},
        f"{written} written, {sent.delivered} delivered, {sent.undelivered} wait",
        as_json=as_json,
    )
    if sent.undelivered:
        raise typer.Exit(1)
