"""Which project trackers can be read? One module a kind, with a class `Client`.

Every kind yields issues as the same flat rows, those of the raw table `issue`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Protocol

from ingestion.http import Api

Row = dict[str, Any]


class Client(Protocol):
    """What a kind of tracker must answer; `projects` narrows everything, empty means all."""

    overlap: ClassVar[timedelta]
    """How much of what was read is read again: what its clock and its filter are unsure of."""

    def __init__(self, api: Api, projects: Sequence[str]) -> None: ...

    @staticmethod
    def headers(token: str) -> dict[str, str]:
        """The headers that carry the token, which belongs nowhere else."""

    def changed(self, since: datetime | None) -> Iterator[list[Row]]:
        """Pages of issues updated at or after `since` (naive UTC; None: all), oldest first."""

    def keys(self) -> Iterator[str]:
        """The id of every issue there is, in an order that no edit changes."""

    def issue(self, issue_id: str) -> Row | None:
        """One issue as it stands; None when it is gone or outside the projects."""
