"""The code location: everything in `defs/`, found by folder."""

from functools import cache
from pathlib import Path

import dagster as dg


@dg.definitions
@cache
def defs() -> dg.Definitions:
    """Load every definition below `orchestration/defs/`."""
    return dg.load_from_defs_folder(path_within_project=Path(__file__).parent)
