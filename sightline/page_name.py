"""What is the page of an id called? One name, that is a file name and a part of an address as well.

Ids of letters, digits, `_`, `-` and `.` are called what they are. Other characters, such as the `/`
in the name of a place, become `~` and the hexadecimal of each of their bytes; a name too long for a
file ends in a digest of the id.
"""

from __future__ import annotations

import hashlib
from urllib.parse import quote

_LONGEST = 200  # bytes; file systems take 255, with the suffix


def page_name(about: str) -> str:
    """The name of the page about an id; different ids have different names."""
    name = quote(about, safe="").replace("~", "%7E").replace("%", "~")
    if name.startswith("."):
        name = f"~2E{name[1:]}"
    if len(name) <= _LONGEST:
        return name
    digest = hashlib.sha256(about.encode()).hexdigest()[:16]
    return f"{name[: _LONGEST - 18]}~~{digest}"
