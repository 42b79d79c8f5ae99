"""Has a source anything new? Its mark is a text, cheap to take, that differs when it has.

A source that can be asked so has `watch(home)` in its module. Only whether two marks differ means
anything, and a pull reads the source itself: a mark decides when, never what.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Protocol

_LEFT_ALONE_SECONDS = 5.0  # as long as saving a workbook, or checking out a branch, may take


class Watch(Protocol):
    """Takes the mark of one source again and again."""

    @property
    def holds_for(self) -> timedelta:
        """How long an unchanged mark may stand for an unchanged source."""

    def mark(self) -> str | None:
        """What distinguishes the present state; None while somebody is changing it.

        Raises SQLAlchemyError or OSError where there is no answer.
        """


@dataclass(frozen=True)
class Files:
    """Marks files by path, size and moment of change; what they hold is read in the pull.

    `listed` looks for them anew; `read_as` is what else decides how they are read. A file that was
    changed a moment ago is being written. That a source was heard is news of its own, so its mark
    holds for an hour.
    """

    listed: Callable[[], Iterable[Path]]
    read_as: str = ""
    holds_for = timedelta(hours=1)

    def mark(self) -> str | None:
        """One for no files too: that they are gone is news."""
        found = sorted(stamped for path in self.listed() for stamped in _stamped(path))
        now = time.time_ns()
        if any(0 <= now - changed_at < _LEFT_ALONE_SECONDS * 1e9 for _, _, changed_at in found):
            return None
        return sha256(f"{self.read_as}{found}".encode()).hexdigest()


def _stamped(path: Path) -> list[tuple[str, int, int]]:
    """Path, bytes and nanoseconds; nothing of a file that is gone since it was listed."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return []
    return [(str(path), found.st_size, found.st_mtime_ns)]
