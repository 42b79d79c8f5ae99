"""`sightline serve`: the application on an address of this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sightline.home import Home

LOOPBACK = "127.0.0.1"
PORT = 3080


def serve(home: Home, *, host: str = LOOPBACK, port: int = PORT) -> None:
    """Answers until it is interrupted. Addresses are not logged: they may hold signed links."""
    import uvicorn

    from acting.application import application

    uvicorn.run(
        application(home), host=host, port=port, access_log=False, server_header=False,
        log_level="warning",
    )  # fmt: skip
