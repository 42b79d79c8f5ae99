"""However a history of versions is cut into runs, each version is taken exactly once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from ingestion.overlap import Overlap

START = datetime(2026, 1, 1)  # noqa: DTZ001 - raw keeps naive UTC
WIDTH = timedelta(minutes=60)


class Remembered(Overlap):
    """One run of the strip, with a plain dictionary in place of dlt's state."""

    def __init__(self, state: dict[str, Any]) -> None:
        super().__init__("rows", "at", WIDTH)
        self.kept = state

    def _state(self) -> dict[str, Any]:
        return self.kept


@given(
    steps=st.lists(
        st.lists(st.tuples(st.integers(0, 90), st.integers(0, 3)), max_size=6), max_size=8
    ),
    chunk=st.integers(1, 4),
)
def test_each_version_is_taken_once(steps: list[list[tuple[int, int]]], chunk: int) -> None:
    """Each step commits versions up to an hour older than the newest seen, then reads."""
    table: list[tuple[datetime, int, int]] = []
    taken: list[tuple[datetime, int, int]] = []
    state: dict[str, Any] = {}
    newest = START
    for serial, step in enumerate(steps):
        for offset, (minutes, key) in enumerate(step):
            at = newest + timedelta(minutes=minutes - 60)
            table.append((at, key, 100 * serial + offset))
        run = Remembered(state)
        start = run.start()
        found = sorted(row for row in table if start is None or row[0] >= start)
        for first in range(0, len(found), chunk):
            part = found[first : first + chunk]
            columns = [list(column) for column in zip(*part, strict=True)]
            fresh = run.fresh(pa.table(dict(zip(("at", "key", "value"), columns, strict=True))))
            taken.extend((row["at"], row["key"], row["value"]) for row in fresh.to_pylist())
        newest = max([newest, *(row[0] for row in table)])
    assert sorted(taken) == sorted(table)
    if table:
        assert len(state["seen"]) == sum(row[0] >= newest - WIDTH for row in table)
