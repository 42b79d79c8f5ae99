"""Great Expectations' own pages over what it kept: `python -m expectations.data_docs FOLDER`.

Sightline's pages say more and fetch nothing; these are for whoever knows Great Expectations. They
read everything that was kept, so results of closes long past are taken away first.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from expectations.guard import PACKAGE, load
from sightline.errors import SightlineEnvironmentError, SightlineError
from sightline.registry import names

if TYPE_CHECKING:
    from collections.abc import Iterator

KEPT_CLOSES = 8  # of each guard; a page for each takes 20 CPU milliseconds


def build(store: Path) -> Path:
    """Write Data Docs below the folder that `judge` was told to keep, and say where they begin.

    Raises SightlineEnvironmentError when nothing was kept there, or when a suite would show fewer
    expectations than were kept.
    """
    from expectations.row_expectation import context_in

    kept = dict(_kept_suites(store))
    if not kept:
        raise SightlineEnvironmentError(f"{store} holds no suite of a guard: nothing was judged")
    for guard in names(PACKAGE):
        load(guard).expectation()  # Great Expectations knows a class once it was made
    prune(store)
    context = context_in(store)
    shown = {suite.name: len(suite.expectations) for suite in context.suites.all()}
    short = [
        f"{name} shows {shown.get(name, 0)} of {count} expectations"
        for name, count in sorted(kept.items())
        if shown.get(name, 0) < count
    ]
    if short:
        raise SightlineEnvironmentError(
            f"{'; '.join(short)}: the guard is gone or has another name; take the suite away from "
            f"{_suites(store)}, or bring the guard back"
        )
    (address,) = context.build_data_docs().values()
    return Path(str(address).removeprefix("file://"))


def prune(store: Path, kept: int = KEPT_CLOSES) -> None:
    """Take away all but the newest validation results of each guard."""
    for guard in (store / "uncommitted/validations").glob("*/"):
        for run in sorted(guard.glob("*/"), key=lambda run: run.name)[:-kept]:
            shutil.rmtree(run)


def _suites(store: Path) -> Path:
    return store / "expectations"


def _kept_suites(store: Path) -> Iterator[tuple[str, int]]:
    """Name of each suite as it was kept, and how many expectations it holds."""
    for path in _suites(store).glob("*.json"):
        suite: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        yield suite["name"], len(suite["expectations"])


def main() -> None:
    """Build, and print the first page; an error goes to stderr with its exit code."""
    parser = argparse.ArgumentParser(prog="python -m expectations.data_docs", description=__doc__)
    parser.add_argument(
        "folder",
        type=Path,
        help="where results are kept: `expectations/` in SIGHTLINE_HOME",
    )
    try:
        sys.stdout.write(f"{build(parser.parse_args().folder)}\n")
    except SightlineError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
