"""Somebody's folder of csv files is looked at file by file, and nothing that is refused is lost."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.guards.folder import look_at, round_target, table


def test_round_targets_are_missed_by_about_as_many_values_as_they_should() -> None:
    values = np.random.default_rng(1).normal(95, 2, 400)
    assert round_target(values, 0.25, higher_is_better=True) == 94.0
    assert round_target(values, 0.25, higher_is_better=False) == 96.0
    assert round_target(np.full(400, 95.0), 0.25, higher_is_better=True) is None


def test_a_file_is_looked_at_with_its_order_and_without_and_a_bad_one_is_named(
    tmp_path: Path,
) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    values = np.random.default_rng(2).normal(95, 2, 120).round(1)
    rows = [f"{2000 + n // 12}-{n % 12 + 1:02d},{value}\n" for n, value in enumerate(values)]
    good.write_text("month,value\n" + "".join(rows))
    bad.write_text("a,b\n1,2\n3,4\n")
    seen = look_at(good, "rate")
    seen += look_at(bad, None)
    assert (seen.files, seen.files_asked, seen.looks) == (2, 0, 12)
    assert seen.judged["blocks_do_not_repeat"] == 6
    assert [line.partition(":")[0] for line in seen.refused] == ["bad.csv"]
    assert "2 files (1 refused), 12 looks" in table(seen)
