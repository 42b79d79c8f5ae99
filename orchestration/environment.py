"""The environment that Dagster, dbt and the rest are started in, set in one place."""

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
    """Make the state folders and point Dagster, dbt and their children at them."""
    home.create()
    os.environ.update(_QUIET)
    os.environ["SIGHTLINE_HOME"] = str(home.root)
    os.environ["SIGHTLINE_DAGSTER"] = str(home.dagster)
    os.environ.setdefault("DAGSTER_HOME", str(home.checkout))
    os.environ["VIRTUAL_ENV"] = sys.prefix  # `dg` warns when no environment is active
