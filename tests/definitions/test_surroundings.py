"""Home, clock, errors and registry: what every other part leans on."""

from __future__ import annotations

import pickle
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sightline import errors, registry
from sightline.errors import DefinitionError, SightlineEnvironmentError, UsageError
from sightline.finding import Finding, Place, did_you_mean
from sightline.home import CHECKOUT, Home


def test_without_a_word_in_the_environment_all_lives_in_the_checkout() -> None:
    home = Home.from_env({})
    assert home.root == CHECKOUT / ".sightline"
    assert home.okrs == CHECKOUT / "okrs"
    assert home.warehouse == home.root / "warehouse.duckdb"
    assert home.published == home.root / "published" / "sightline.duckdb"
    assert home.casebook_url == f"sqlite:///{home.root}/casebook.db"
    assert home.cases == home.root / "reports" / "cases"


def test_the_environment_moves_everything(tmp_path: Path) -> None:
    home = Home.from_env(
        {
            "SIGHTLINE_HOME": str(tmp_path / "state"),
            "SIGHTLINE_OKRS": str(tmp_path / "promises"),
            "SIGHTLINE_CASEBOOK_URL": "postgresql+psycopg2://casebook",
        }
    )
    assert home.okrs == tmp_path / "promises"
    assert home.casebook_url == "postgresql+psycopg2://casebook"
    for folder in (home.demo, home.outbox, home.dlt, home.dagster, home.cases):
        assert folder.is_relative_to(tmp_path / "state")


def test_an_empty_variable_counts_as_not_set() -> None:
    assert Home.from_env({"SIGHTLINE_HOME": "", "SIGHTLINE_CLOCK": ""}) == Home.from_env({})


def test_create_makes_the_folders_once_or_again(tmp_path: Path) -> None:
    home = Home.from_env({"SIGHTLINE_HOME": str(tmp_path / "a" / "b")}).create().create()
    assert home.cases.is_dir()
    assert home.published.parent.is_dir()


def test_a_home_that_cannot_be_made_names_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SightlineEnvironmentError, match="SIGHTLINE_HOME"):
        Home.from_env({"SIGHTLINE_HOME": str(tmp_path / "file" / "home")}).create()


def test_the_clock_file_is_reread_and_speaks_utc(tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    home = Home.from_env({"SIGHTLINE_CLOCK": str(clock)})
    clock.write_text("2026-10-26T06:00:00Z\n", "utf-8")
    assert home.now() == datetime(2026, 10, 26, 6, tzinfo=UTC)
    clock.write_text("2026-10-27T07:00:00+01:00", "utf-8")
    assert home.now() == datetime(2026, 10, 27, 6, tzinfo=UTC)
    assert home.now().utcoffset() == timedelta(0)


def test_a_home_with_the_demo_firm_lives_in_its_time_in_any_shell(tmp_path: Path) -> None:
    clock = tmp_path / "demo" / "clock"
    clock.parent.mkdir()
    clock.write_text("2026-10-26T06:00:00Z\n", "utf-8")
    surroundings = {"SIGHTLINE_HOME": str(tmp_path)}
    assert Home.from_env(surroundings).now() == datetime(2026, 10, 26, 6, tzinfo=UTC)
    other = tmp_path / "clock"
    other.write_text("2026-10-27T06:00:00Z\n", "utf-8")
    named = Home.from_env({**surroundings, "SIGHTLINE_CLOCK": str(other)})
    assert named.now() == datetime(2026, 10, 27, 6, tzinfo=UTC)
    own = Home.from_env({**surroundings, "SIGHTLINE_ERP_URL": "postgresql://erp.example/erp"})
    assert own.clock is None


@pytest.mark.parametrize("text", ["", "soon", "2026-10-26T06:00:00"])
def test_a_clock_that_tells_no_instant_is_refused(tmp_path: Path, text: str) -> None:
    clock = tmp_path / "clock"
    clock.write_text(text, "utf-8")
    with pytest.raises(SightlineEnvironmentError):
        Home.from_env({"SIGHTLINE_CLOCK": str(clock)}).now()


def test_a_missing_clock_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SightlineEnvironmentError, match="SIGHTLINE_CLOCK"):
        Home.from_env({"SIGHTLINE_CLOCK": str(tmp_path / "none")}).now()


def test_without_a_clock_file_time_is_aware_and_utc() -> None:
    assert Home.from_env({}).now().utcoffset() == timedelta(0)


def test_every_error_has_the_exit_code_its_drawing_says() -> None:
    drawn = {
        name: int(code)
        for name, code in (
            line.replace("├── ", "").replace("└── ", "").split()[:2]
            for line in (errors.__doc__ or "").splitlines()
            if "Error  " in line
        )
    }
    real = {
        name: value.exit_code
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.SightlineError)
    }
    assert drawn == real


def test_a_definition_error_carries_its_findings_through_a_process_border() -> None:
    late = Finding(Place("b.yml", 2, 1), "rule", "message", "way out")
    early = Finding(Place("a.yml", 9, 1), "rule", "message", "way out")
    error = pickle.loads(pickle.dumps(DefinitionError([late, early])))  # noqa: S301 - made here
    assert error.findings == (early, late)
    assert "a.yml:9:1: rule: message" in str(error)


def test_the_folder_is_the_registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "a_registry"
    package.mkdir()
    for name in ("__init__", "second", "first", "_private"):
        (package / f"{name}.py").write_text(f"NAME = {name!r}\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    assert registry.names("a_registry") == ("first", "second")
    assert "a_registry.first" not in sys.modules
    assert [module.NAME for module in registry.modules("a_registry").values()] == [
        "first",
        "second",
    ]


@pytest.mark.parametrize("name", ["sightline.nowhere", "nowhere.at_all", "sightline.home"])
def test_a_package_that_is_none_is_a_usage_error(name: str) -> None:
    with pytest.raises(UsageError, match=name):
        registry.names(name)


def test_a_question_names_the_nearest_word_or_the_known_ones() -> None:
    assert did_you_mean("ownr", ["owner", "unit"]) == "did you mean 'owner'?"
    assert did_you_mean("zzz", ["owner", "unit"]) == "known: owner, unit"
    assert did_you_mean("zzz", []) == "none is defined yet"
