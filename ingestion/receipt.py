"""What a pull brought: for each table, rows seen at the source, kept in raw and rejected."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class TableReceipt:
    """One table in one load; `seen == kept + rejected`."""

    table: str
    seen: int
    kept: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """One pull of one source at `seen_at` (aware, UTC), and the load that holds its rows.

    A pull that found nothing new is a load too: of its receipt alone.
    """

    source: str
    seen_at: datetime
    load_id: str
    tables: tuple[TableReceipt, ...]
    rows_loaded: int

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return asdict(self) | {"seen_at": self.seen_at.isoformat()}
