"""Who wrote a definition file last, as its git history tells; nobody is guessed."""

from __future__ import annotations

import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

UNKNOWN = "unknown"
_GIT = ("git", "-c", "core.quotePath=false")


def authorship(folder: Path) -> list[dict[str, Any]]:
    """One row for each definition file below the folder: its last commit, author and moment.

    A file that differs from its last commit, one never committed, and every file of a folder
    outside a git work tree has author `unknown`: the person who runs this did not sign it.
    """
    files = sorted(path.relative_to(folder) for path in folder.rglob("*.yml"))
    changed = _git(folder, "status", "--porcelain", "--untracked-files=all", "-z", "--", ".")
    prefix = (_git(folder, "rev-parse", "--show-prefix") or "").strip()
    loose = {entry[3:] for entry in (changed or "").split("\0")}
    rows = []
    for file in files:
        said = None
        if changed is not None and f"{prefix}{file}" not in loose:
            said = _git(folder, "log", "-1", "--format=%H%n%an%n%aI", "--", str(file))
        commit, author, moment = said.splitlines() if said else (None, UNKNOWN, None)
        rows.append(
            {
                "file": file.as_posix(),
                "commit_id": commit,
                "author": author,
                "committed_at": datetime.fromisoformat(moment) if moment else None,
            }
        )
    return rows


def _git(folder: Path, *words: str) -> str | None:
    """What git says, None where it has nothing to say: no git, no work tree."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed words and our own file names
            [*_GIT, *words], cwd=folder, capture_output=True, text=True, check=False
        )
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
