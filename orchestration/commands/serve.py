"""`serve`: act on cases and findings in a browser."""

from typing import Annotated

import typer

from orchestration.commands.output import AsJson, emit, say
from sightline.home import Home


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 3080,
    as_json: AsJson = False,
) -> None:
    """Serve board, cases and findings, and take what people do about them, until interrupted.

    Behind another name, set SIGHTLINE_PUBLIC_URL to it: alerts by e-mail then carry signed links.
    """
    from acting.server import serve as answer

    address = f"http://{host}:{port}/"
    emit({"address": address}, address, as_json=as_json)
    say(
        "a person acts through a signed link: `sightline case link <case> <mailbox>`, "
        "or `sightline finding link <finding> <mailbox>`"
    )
    answer(Home.from_env().create(), host=host, port=port)
