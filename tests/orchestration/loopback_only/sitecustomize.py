"""Put on PYTHONPATH, this makes every Python process below refuse the world off the loopback."""

import os
import socket
from pathlib import Path
from typing import Any

_LOOPBACK = {"localhost", "127.0.0.1", "::1", "", None}
_connect = socket.socket.connect
_connect_ex = socket.socket.connect_ex
_getaddrinfo = socket.getaddrinfo


def _refuse(host: Any) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if name in _LOOPBACK or str(name).startswith("127."):
        return
    with Path(os.environ["LOOPBACK_ONLY_LOG"]).open("a") as log:
        log.write(f"{name}\n")
    raise OSError(f"off the loopback: {name}")


def _checked(original: Any) -> Any:
    def call(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _refuse(address[0])
        return original(self, address)

    return call


def _checked_lookup(host: Any, *args: Any, **kwargs: Any) -> Any:
    _refuse(host)
    return _getaddrinfo(host, *args, **kwargs)


socket.socket.connect = _checked(_connect)  # type: ignore[method-assign]  # the point of this file
socket.socket.connect_ex = _checked(_connect_ex)  # type: ignore[method-assign]  # likewise
socket.getaddrinfo = _checked_lookup
