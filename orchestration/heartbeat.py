"""How does anybody outside know that a pulse has ended? A file whose age tells, or an address.

SIGHTLINE_HEARTBEAT names another file, or an https address that is asked at each beat (a dead-man's
switch of any monitoring). `sightline doctor` reads the file.
"""

import http.client
import logging
import os
import urllib.request
from pathlib import Path

from sightline.home import Home

log = logging.getLogger(__name__)
_TIMEOUT_SECONDS = 5


def heartbeat_file(home: Home) -> Path:
    """Where the beat is written on this machine."""
    setting = os.environ.get("SIGHTLINE_HEARTBEAT", "")
    is_file = setting and not setting.startswith("https://")
    return Path(setting).expanduser() if is_file else home.root / "heartbeat"


def beat(home: Home) -> None:
    """Say that a pulse has ended. A monitoring that cannot be reached stops no pulse: it is logged,
    and notices by itself that nobody called."""
    heartbeat_file(home).write_text(f"{home.now().isoformat()}\n", encoding="utf-8")
    address = os.environ.get("SIGHTLINE_HEARTBEAT", "")
    if not address.startswith("https://"):
        return
    try:
        with urllib.request.urlopen(address, timeout=_TIMEOUT_SECONDS):  # noqa: S310 - https only
            return
    except (OSError, http.client.HTTPException) as error:
        log.warning("the heartbeat's address did not answer: %s", type(error).__name__)
