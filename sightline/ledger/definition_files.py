"""The files that say what is promised and how it is computed, each by the hash of its content.

Definitions (`okrs/**.yml`) and the dbt project (models, macros, its settings): whoever loosens a
threshold or a target changes one of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sightline.ledger import merkle

if TYPE_CHECKING:
    from sightline.home import Home


def in_force(home: Home) -> dict[str, str]:
    """SHA-256 in hex by path, as in `okrs/kpis/sorter_uptime.yml`; sorted by path."""
    files = sorted(_definition_files(home))
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files}


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


def _definition_files(home: Home) -> Iterator[tuple[str, Path]]:
    project = home.checkout / "dbt_project"
    for path in home.okrs.rglob("*.yml"):
        yield f"okrs/{path.relative_to(home.okrs).as_posix()}", path
    yield "dbt_project/dbt_project.yml", project / "dbt_project.yml"
    for part in ("models", "macros"):
        for path in (project / part).rglob("*"):
            if path.suffix in {".sql", ".yml"}:
                yield f"dbt_project/{path.relative_to(project).as_posix()}", path
