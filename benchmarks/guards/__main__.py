"""Measure false alarms, recall and cost on simulated KPIs; print the page, say which bars hold.

`python -m benchmarks.guards` with the published seeds writes `docs/guards_calibration.md`; with
`--first-seed` it only prints. About eight minutes on one core.
"""

from __future__ import annotations

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor

from benchmarks.guards.ceiling import found_by_density
from benchmarks.guards.injector import BARS, CLAMP
from benchmarks.guards.measure import LENGTHS, FalseAlarms, Recall, false_alarms, recall
from benchmarks.guards.page import DOCUMENT, FIRST_SEED, PER_BAR, PER_FAMILY, Figures, page
from benchmarks.guards.portfolio import close_seconds
from benchmarks.guards.simulator import ALL_FAMILIES


def measure(first_seed: int, per_family: int, per_bar: int, workers: int) -> Figures:
    """Every cell of the tables, spread over so many processes."""
    alarms: dict[tuple[str, int], FalseAlarms] = {}
    found: list[Recall] = []
    with ProcessPoolExecutor(workers) as pool:
        cells = {
            (family, n): pool.submit(false_alarms, family, n, _seeds(first_seed, per_family))
            for n in LENGTHS
            for family in ALL_FAMILIES
        }
        bars = [pool.submit(recall, bar, _seeds(first_seed, per_bar)) for bar in BARS]
        for (family, n), cell in cells.items():
            alarms[family, n] = cell.result()
            _say(f"{family}, {n} values: {alarms[family, n].asked} of {per_family} asked about")
        for bar, running in zip(BARS, bars, strict=True):
            seen = running.result()
            found.append(seen)
            own, composite = seen.own / seen.count, seen.composite / seen.count
            _say(f"{bar.name}, {bar.periods} values: {own:.3f}, composite {composite:.3f}")
    told = found_by_density(CLAMP, _seeds(first_seed, per_bar))
    _say(f"{CLAMP.name}, told the density: {told[0]} of {told[1]}")
    close = close_seconds(first_seed)
    _say(f"one close: {close[0]} expectations in {close[1]:.1f} CPU seconds")
    return Figures(first_seed, alarms, tuple(found), told, close)


def _seeds(first: int, count: int) -> range:
    return range(first, first + count)


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def main() -> None:
    """Measure, print, and with the published seeds write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.guards", description=__doc__)
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED)
    parser.add_argument("--per-family", type=int, default=PER_FAMILY, help="honest KPIs a length")
    parser.add_argument("--per-bar", type=int, default=PER_BAR, help="manipulated KPIs a bar")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    figures = measure(asked.first_seed, asked.per_family, asked.per_bar, asked.workers)
    text = page(figures)
    sys.stdout.write(text)
    published = (FIRST_SEED, PER_FAMILY, PER_BAR)
    if (asked.first_seed, asked.per_family, asked.per_bar) == published:
        DOCUMENT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
