"""Great Expectations' own pages over what it kept: `python -m expectations.data_docs FOLDER`.

Sightline's pages say more and fetch nothing; these are for whoever knows Great Expectations. They
read everything that was kept, so results of closes long past are taken away first.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

KEPT_CLOSES = 8  # of each guard; a page for each takes 20 CPU milliseconds


def build(store: Path) -> Path:
    """Write Data Docs below the folder that `judge` was told to keep, and say where they begin."""
    from expectations.row_expectation import context_in

    prune(store)
    (address,) = context_in(store).build_data_docs().values()
    return Path(str(address).removeprefix("file://"))


def prune(store: Path, kept: int = KEPT_CLOSES) -> None:
    """Take away all but the newest validation results of each guard."""
    for guard in (store / "uncommitted/validations").glob("*/"):
        for run in sorted(guard.glob("*/"), key=lambda run: run.name)[:-kept]:
            shutil.rmtree(run)


if __name__ == "__main__":
    sys.stdout.write(f"{build(Path(sys.argv[1]))}\n")
