"""How does a casebook of any age open? Missing versions are applied, under the writers' lock.

Versions are alembic's, in `migrations/versions/`, each named by its file. A casebook made before
there were versions has the tables of the first one and is taken from there.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, inspect, text

from sightline.casebook.store import writing
from sightline.errors import SightlineEnvironmentError

_MIGRATIONS = Path(__file__).parent / "migrations"


def bring_up_to_date(engine: Engine) -> None:
    """Makes the folder and applies the versions that are missing; harmless when none is.

    Raises SightlineEnvironmentError for a casebook that a newer Sightline has made.
    """
    database = engine.url.database
    if engine.dialect.name == "sqlite" and database not in (None, "", ":memory:"):
        Path(str(database)).parent.mkdir(parents=True, exist_ok=True)
    versions = sorted(path.stem for path in (_MIGRATIONS / "versions").glob("v*.py"))
    found = _version(engine)
    if found == versions[-1]:  # asked at every look of the sensor: alembic is 0.2 s to import
        return
    if found is not None and found not in versions:
        raise SightlineEnvironmentError(
            f"the casebook has version {found}, newer than this Sightline knows: update Sightline"
        )
    _upgrade(engine)


def _version(engine: Engine) -> str | None:
    if not inspect(engine).has_table("alembic_version"):
        return None
    with engine.connect() as connection:
        version = connection.scalar(text("select version_num from alembic_version"))
    return None if version is None else str(version)


def _upgrade(engine: Engine) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
