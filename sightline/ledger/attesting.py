"""Let others attest the log: a git remote that keeps a copy of it, an authority that dates it.

Both are off by default, and neither is needed to verify. Settings: SIGHTLINE_CHECKPOINTS_GIT, a
repository that the `git` command may push to; SIGHTLINE_TIMESTAMPS, the address of an RFC 3161
authority, whose root certificate lies beside the checkpoints as `timestamps.pem`.
"""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from sightline.errors import SightlineEnvironmentError
from sightline.ledger import dating
from sightline.ledger.archive import Archive

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.home import Home

_BRANCH = "main"
_OURS = {
    "user.name": "Sightline",
    "user.email": "sightline@localhost",
    "commit.gpgsign": "false",
    "core.hooksPath": "/dev/null",
}
_GIT = ["git", *(word for name, value in _OURS.items() for word in ("-c", f"{name}={value}"))]
_KEPT_BACK = "announced/\n.lock\n.*.new\n"
_SECONDS = 60


def attest(home: Home) -> list[str]:
    """Push and date the newest checkpoint, where that is set; what did not work, in words.

    A server that is down must not stop a pulse: what is missing is made up for by the next one.
    """
    problems = []
    for attestation in (push, stamp):
        try:
            attestation(home)
        except SightlineEnvironmentError as problem:
            problems.append(str(problem))
    return problems


def push(home: Home) -> None:
    """Commit what is new in the archive, and push it; SightlineEnvironmentError where that fails.

    Nothing is ever forced: a log that was rewritten here does not replace the one over there.
    """
    archive = Archive(home.checkpoints)
    if home.checkpoints_remote is None or not archive.size:
        return
    with archive.lock():
        if not (archive.folder / ".git").exists():
            _git(archive.folder, "init", "--quiet", f"--initial-branch={_BRANCH}")
            (archive.folder / ".git" / "info" / "exclude").write_text(_KEPT_BACK, encoding="utf-8")
        _git(archive.folder, "add", "--all")
        if _git(archive.folder, "status", "--porcelain"):
            _git(archive.folder, "commit", "--quiet", f"--message=Seal {archive.size - 1}")
        _git(archive.folder, "push", "--quiet", home.checkpoints_remote, f"HEAD:{_BRANCH}")


def stamp(home: Home) -> None:
    """Have the newest checkpoint dated, once a day; SightlineEnvironmentError where that fails."""
    archive = Archive(home.checkpoints)
    newest = archive.read_seal(archive.size - 1)
    if home.timestamps is None or newest is None:
        return
    dated = archive.read_seal(max(archive.dated(), default=-1))
    if dated is None or dated.sealed_at.date() < newest.sealed_at.date():
        checkpoint = archive.checkpoint(newest.number) or ""
        archive.keep_token(newest.number, dating.ask(home.timestamps, checkpoint, archive.folder))


def _git(folder: Path, *words: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - fixed words, and a setting of the operator's own
            [*_GIT, *words],
            cwd=folder,
            env={**os.environ, "GIT_TERMINAL_PROMPT": "0"},
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SightlineEnvironmentError(f"git {words[0]}: {type(error).__name__}") from None
    if done.returncode:  # its own words may hold the address, and a password in it
        raise SightlineEnvironmentError(
            f"git {words[0]} in {folder} failed with {done.returncode}: the repository of "
            "SIGHTLINE_CHECKPOINTS_GIT lacks the newest seals. Look there with git by hand; never "
            "force it, a log that does not fit is what the copy is there to show"
        )
    return done.stdout
