"""The files that say what is promised and how it is computed, each by the hash of its content.

Definitions (`okrs/**.yml`) and the dbt project (models, macros, its settings): whoever loosens a
threshold or a target changes one of them.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from sightline.ledger import merkle

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.home import Home


def in_force(home: Home) -> dict[str, str]:
    """SHA-256 in hex by path, as in `okrs/kpis/sorter_uptime.yml`; sorted by path."""
    return {name: _sha256(path) for name, path in sorted(_definition_files(home))}


def root(files: Mapping[str, str]) -> str:
    """The RFC 6962 root, in hex, over `<path> NUL <hash>` in order of path."""
    leaves = b"".join(
        merkle.leaf_hash(f"{path}\0{digest}".encode()) for path, digest in sorted(files.items())
    )
    return merkle.root(leaves).hex()


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str | None]:
    """The hashes that differ, by path; None for a file that is gone."""
    paths = sorted(before.keys() | after.keys())
    return {path: after.get(path) for path in paths if before.get(path) != after.get(path)}


def _definition_files(home: Home) -> Iterator[tuple[str, str]]:
    project = home.checkout / "dbt_project"
    yield from _files(home.okrs, "okrs", ".yml")
    yield "dbt_project/dbt_project.yml", str(project / "dbt_project.yml")
    for part in ("models", "macros"):
        yield from _files(project / part, f"dbt_project/{part}", ".sql", ".yml")


def _files(folder: Path, name: str, *endings: str) -> Iterator[tuple[str, str]]:
    """Name and path of the files below a folder. Every pull asks: pathlib takes twice the time."""
    for below, _, files in os.walk(folder):
        place = name + below.removeprefix(str(folder))
        for file in files:
            if file.endswith(endings):
                yield f"{place}/{file}", f"{below}/{file}"


def _sha256(path: str) -> str:
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - see above
        return hashlib.sha256(file.read()).hexdigest()
