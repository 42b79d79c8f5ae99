"""The ERP: the tables that `ingestion/erp.yml` names, as its database has them.

Settings: SIGHTLINE_ERP_URL, any SQLAlchemy URL, by default the simulated firm's SQLite file;
SIGHTLINE_ERP_TABLES, another file than `ingestion/erp.yml`.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.source import Source
from ingestion.sql.source import SqlSource, read_sql_source
from sightline.errors import SightlineEnvironmentError

if TYPE_CHECKING:
    import sqlalchemy as sa

    from ingestion.news import Watch
    from sightline.home import Home


def __getattr__(name: str) -> Source:
    """`SOURCE`, read from the file when it is asked for: an import reads nothing."""
    if name != "SOURCE":
        raise AttributeError(name)
    from ingestion.sql import difference, rejection

    return sql_source().described("erp", [rejection.TABLE, difference.TABLE])


def sql_source() -> SqlSource:
    """What the file says; raises DefinitionError with every finding."""
    file = os.environ.get("SIGHTLINE_ERP_TABLES")
    return read_sql_source(Path(file) if file else Path(__file__).parents[1] / "erp.yml")


def engine(home: Home) -> sa.Engine:
    """The ERP's database; raises SightlineEnvironmentError where there is none."""
    from ingestion.sql.database import database

    url = os.environ.get("SIGHTLINE_ERP_URL") or f"sqlite:///{home.demo / 'erp.db'}"
    found = database(url, setting="SIGHTLINE_ERP_URL")
    if found is None:
        raise SightlineEnvironmentError(
            "there is no ERP database file; point SIGHTLINE_ERP_URL at the ERP, or run the demo"
        )
    return found


def watch(home: Home) -> Watch:
    """Looks at the newest stamps; SightlineEnvironmentError where there is no database."""
    from ingestion.sql.news import SqlWatch

    return SqlWatch(engine(home), sql_source())


def extract(home: Home, seen_at: datetime) -> list[Any]:
    """dlt resources of what changed, of what was deleted, and of what was found out of order."""
    from ingestion.sql.pull import resources

    return resources(sql_source(), engine(home), name="erp", home=home, seen_at=seen_at)
