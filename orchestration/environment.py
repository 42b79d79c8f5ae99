"""The environment that Dagster, dbt and the rest are started in, set in one place."""

import fcntl
import os
import sys

from sightline.home import Home

_QUIET = {
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "GX_ANALYTICS_ENABLED": "false",
    "DAGSTER_DISABLE_TELEMETRY": "true",
}


def prepare(home: Home) -> None:
    """Make the state folders and point Dagster, dbt and their children at them.

    A fresh SQLite instance that several processes open at once can break for good, so it is
    made here, once, under a file lock, before any service starts.
    """
    home.create()
    os.environ.update(_QUIET)
    os.environ["SIGHTLINE_HOME"] = str(home.root)
    os.environ["SIGHTLINE_DAGSTER"] = str(home.dagster)
    os.environ.setdefault("DAGSTER_HOME", str(home.checkout))
    os.environ["VIRTUAL_ENV"] = sys.prefix  # `dg` warns when no environment is active
    made = home.dagster / "made"  # its folders are there before they are whole
    if made.exists():
        return
    with (home.dagster / "making.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if made.exists():
            return
        from dagster import DagsterInstance  # a second of imports, needed this once

        with DagsterInstance.get() as instance:
            instance.get_runs(limit=1)
            instance.all_instigator_state()
        made.touch()
