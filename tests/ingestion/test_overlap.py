"""However a history of versions is cut into runs, each version is taken exactly once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion import overlap
from ingestion.overlap import Overlap
from sightline.errors import SightlineEnvironmentError

START = datetime(2026, 1, 1)  # noqa: DTZ001 - raw keeps naive UTC
WIDTH = timedelta(minutes=60)
YEARS_AHEAD = START + timedelta(days=3650)

Version = tuple[datetime | None, int, int]


class Remembered(Overlap):
    """One run of the strip, with a plain dictionary in place of dlt's state."""

    def __init__(self, state: dict[str, Any], ceiling: datetime | None = None) -> None:
        super().__init__("rows", "at", WIDTH, ceiling)
        self.kept = state

    def _state(self) -> dict[str, Any]:
        return self.kept

    def take(self, table: list[Version], chunk: int) -> list[Version]:
        """What a source that holds these versions brings, in chunks of so many rows."""
        start = self.start()
        found = [row for row in table if start is None or row[0] is None or row[0] >= start]
        taken: list[Version] = []
        for first in range(0, len(found), chunk):
            columns = [list(column) for column in zip(*found[first : first + chunk], strict=True)]
            kinds = (pa.timestamp("us"), pa.int64(), pa.int64())
            arrays = [pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]
            fresh = self.fresh(pa.Table.from_arrays(arrays, ["at", "key", "value"]))
            taken.extend((row["at"], row["key"], row["value"]) for row in fresh.to_pylist())
        return taken


MINUTES = st.integers(0, 90) | st.sampled_from(["no stamp", "years ahead"])


@settings(deadline=None, max_examples=50)
@given(
    steps=st.lists(st.lists(st.tuples(MINUTES, st.integers(0, 3)), max_size=6), max_size=8),
    chunk=st.integers(1, 4),
)
def test_each_version_is_taken_once(steps: list[list[tuple[int | str, int]]], chunk: int) -> None:
    """Each step commits versions up to an hour older than the newest seen, then reads."""
    table: list[Version] = []
    taken: list[Version] = []
    state: dict[str, Any] = {}
    newest = START
    for serial, step in enumerate(steps):
        stamps: list[datetime] = []
        for offset, (minutes, key) in enumerate(step):
            at: datetime | None = None
            if isinstance(minutes, int):
                stamps.append(at := newest + timedelta(minutes=minutes - 60))
            elif minutes == "years ahead":
                at = YEARS_AHEAD
            table.append((at, key, 100 * serial + offset))
        newest = max([newest, *stamps])
        taken += Remembered(state, ceiling=newest).take(table[::-1], chunk)
    assert sorted(taken, key=str) == sorted(table, key=str)


def test_what_is_out_of_the_ordinary_is_noticed() -> None:
    state: dict[str, Any] = {}
    now = START + timedelta(hours=5)
    Remembered(state, ceiling=now).take([(now, 1, 1)], 1)
    run = Remembered(state, ceiling=now)
    odd = [(now - timedelta(minutes=5), 2, 2), (None, 3, 3), (YEARS_AHEAD, 4, 4)]
    run.take([(now, 1, 1), *odd], 2)
    assert {kind: (count, row["key"]) for kind, (count, row) in run.noticed.items()} == {
        "late": (1, 2),
        "unstamped": (1, 3),
        "ahead": (1, 4),
    }


def test_a_strip_too_full_to_be_remembered_is_narrowed_and_still_doubles_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(overlap, "MOST_REMEMBERED", 8)
    table: list[Version] = [(START + timedelta(seconds=n // 2), n, n) for n in range(40)]
    state: dict[str, Any] = {}
    run = Remembered(state)
    assert len(run.take(table, 5)) == 40
    assert "narrowed" in run.noticed
    assert len(state["seen"]) <= 8
    assert Remembered(state).take(table, 5) == []
    burst: list[Version] = [(START + timedelta(hours=1), n, n) for n in range(100, 120)]
    assert sorted(Remembered(state).take(table + burst, 7), key=str) == sorted(burst, key=str)
    assert Remembered(state).take(table + burst, 7) == []


def test_a_table_without_stamps_is_refused_once_it_is_too_long_to_be_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(overlap, "MOST_REMEMBERED", 8)
    with pytest.raises(SightlineEnvironmentError, match=r"9 rows have no at.*changed_at"):
        Remembered({}).take([(None, n, n) for n in range(9)], 3)
