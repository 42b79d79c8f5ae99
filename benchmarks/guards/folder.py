"""How often do the guards ask about the csv files of a folder?

    python -m benchmarks.guards.folder FOLDER

A simulator draws what its author thought of; figures that somebody published do not. Each file is
read as `sightline guard` reads it and held against round targets that about a tenth, a quarter and
two fifths of its values miss, with its order in time, where it has one, and without. Columns called
numerator and denominator are rates. `kinds.csv` in the folder, with the columns file and kind, says
what values are; files that it leaves out have no kind.
Of honest figures at most 1 % should be asked about.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from expectations.multiplicity import QUESTION_LEVEL
from expectations.signals.series import Terms
from orchestration import guarding, series_file
from orchestration.series_columns import Columns
from sightline.errors import SightlineError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MISSED = {0.10: (0.06, 0.15), 0.25: (0.18, 0.32), 0.40: (0.33, 0.47)}
MANTISSAS = (5, 2, 1)
KINDS = "kinds.csv"


@dataclass
class Asked:
    """Looks at files: how many, asked about; by guard: judged, p < 1 %; files that were refused."""

    looks: int = 0
    asked: int = 0
    files: int = 0
    files_asked: int = 0
    judged: Counter[str] = field(default_factory=Counter)
    small: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def __iadd__(self, other: Asked) -> Asked:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)
        return self


def round_target(values: Floats, missed: float, *, higher_is_better: bool) -> float | None:
    """The roundest number that about this share of the values misses, None where there is none."""
    exact = float(np.quantile(values, missed if higher_is_better else 1 - missed))
    least, most = MISSED[missed]
    largest = int(np.floor(np.log10(max(float(np.abs(values).max()), 1e-9)))) + 1
    for exponent in range(largest, largest - 7, -1):
        for mantissa in MANTISSAS:
            step = mantissa * 10.0**exponent
            for whole in sorted({np.floor(exact / step), np.ceil(exact / step)}):
                target = float(f"{whole * step:.10g}")
                fails = values < target if higher_is_better else values > target
                if values.min() < target < values.max() and least <= fails.mean() <= most:
                    return target
    return None


def look_at(path: Path, kind: str | None) -> Asked:
    """Every look at one file."""
    seen = Asked(files=1)
    try:
        found = series_file.read(path, _columns(path))
        for target, higher in _targets(_values(found)):
            bounds = guarding.natural_bounds([], kind, found)
            terms = Terms(target=target, higher_is_better=higher, kind=kind, bounds=bounds)
            for periods in (found.periods, None) if found.periods else (None,):
                begun = time.process_time()
                guarded = guarding.guard_file(replace(found, periods=periods, notes=[]), terms)
                seen.seconds += time.process_time() - begun
                seen.looks += 1
                seen.asked += guarded.composite.smallest_q < QUESTION_LEVEL
                for guard, signal in guarded.signals.items():
                    if signal.p_value is not None:
                        seen.judged[guard] += 1
                        seen.small[guard] += signal.p_value < QUESTION_LEVEL
    except SightlineError as error:
        seen.refused.append(f"{path.name}: {error}")
    seen.files_asked = int(seen.asked > 0)
    return seen


def _columns(path: Path) -> Columns:
    """Rates stand in two columns of these names; anything else is looked for."""
    with path.open(encoding="utf-8") as opened:
        heading = opened.readline().strip().lower().split(",")
    rates = {"numerator", "denominator"} <= set(heading)
    return Columns(numerator="numerator", denominator="denominator") if rates else Columns()


def _values(found: series_file.SeriesFile) -> Floats:
    if "value" in found.numbers:
        return np.array(found.numbers["value"])
    below = np.maximum(np.array(found.numbers["denominator"]), 1.0)
    return np.asarray(100 * np.array(found.numbers["numerator"]) / below)


def _targets(values: Floats) -> list[tuple[float, bool]]:
    tried = [
        (round_target(values, missed, higher_is_better=higher), higher)
        for higher in (True, False)
        for missed in MISSED
    ]
    return list(dict.fromkeys((target, higher) for target, higher in tried if target is not None))


def table(seen: Asked) -> str:
    """What was asked about, and how often each guard by itself had p < 1 %."""
    looks, files = max(seen.looks, 1), max(seen.files, 1)
    lines = [
        f"{seen.files:,} files ({len(seen.refused)} refused), {seen.looks:,} looks",
        f"{seen.asked / looks:.2%} of the looks and {seen.files_asked / files:.2%} of the files",
        f"are asked about; a look takes {1000 * seen.seconds / looks:.0f} CPU ms",
        "",
        "| guard | p < 1 % | judged |",
        "|---|---|---|",
    ]
    lines += [
        f"| {guard} | {seen.small[guard] / judged:.2%} | {judged:,} |"
        for guard, judged in sorted(seen.judged.items())
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Look at every file and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.guards.folder", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    files = sorted(path for path in given.folder.glob("*.csv") if path.name != KINDS)
    kinds: dict[str, str] = {}
    if (given.folder / KINDS).exists():
        with (given.folder / KINDS).open(encoding="utf-8", newline="") as opened:
            kinds = {row["file"]: row["kind"] for row in csv.DictReader(opened)}
    seen = Asked()
    with ProcessPoolExecutor(given.workers) as pool:
        running = [pool.submit(look_at, path, kinds.get(path.name) or None) for path in files]
        for number, one in enumerate(running, 1):
            seen += one.result()
            if number % 50 == 0:
                sys.stderr.write(f"{number} of {len(files)} files\n")
    for line in seen.refused:
        sys.stderr.write(line + "\n")
    sys.stdout.write(table(seen))


if __name__ == "__main__":
    main()
