"""A process that runs are forked off is as good as a new one, or another takes its place."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from dagster._core.code_pointer import ModuleCodePointer
from dagster._core.origin import JobPythonOrigin, RepositoryPythonOrigin
from dagster._serdes import serialize_value

from orchestration.warm_process import WarmProcess, made_of

NOWHERE = JobPythonOrigin(
    job_name="pulse",
    repository_origin=RepositoryPythonOrigin(
        executable_path=sys.executable, code_pointer=ModuleCodePointer("no_such_module", "defs")
    ),
)


@pytest.fixture
def okrs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Definitions of a firm that keeps them outside the checkout."""
    folder = tmp_path / "okrs" / "kpis"
    folder.mkdir(parents=True)
    (folder / "uptime.yml").write_text("id: uptime\n")
    monkeypatch.setenv("SIGHTLINE_OKRS", str(folder.parent))
    monkeypatch.setenv("SIGHTLINE_HOME", str(tmp_path / "okrs" / "state"))
    return folder


def test_an_edit_a_new_file_and_one_that_is_gone_are_noticed(okrs: Path) -> None:
    seen = [made_of()]
    (okrs / "uptime.yml").write_text("id: uptime_north\n")
    seen.append(made_of())
    (okrs / "cost.yml").write_text("id: cost\n")
    seen.append(made_of())
    (okrs / "uptime.yml").unlink()
    seen.append(made_of())
    assert len(set(seen)) == 4


def test_what_programs_write_changes_nothing(okrs: Path) -> None:
    before = made_of()
    for name in ("state/warehouse.duckdb", "target/manifest.json", ".git/index", "kpis/.new"):
        path = okrs.parent / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert made_of() == before


def test_a_process_is_current_until_something_was_edited(okrs: Path) -> None:
    process = WarmProcess(NOWHERE)
    assert process.is_current
    (okrs / "uptime.yml").write_text("id: uptime_north\n")
    assert not process.is_current
    process.dismiss()
    assert process.process.wait() == 0


def test_what_cannot_be_loaded_is_no_reason_not_to_run(okrs: Path, tmp_path: Path) -> None:
    """The run is forked all the same; it meets the error itself, and reports it."""
    held = tmp_path / "held"
    done = subprocess.run(
        [sys.executable, "-m", "orchestration.warm_process", serialize_value(NOWHERE)],
        input=json.dumps([str(held), "no arguments that Dagster would understand"]) + "\n",
        capture_output=True,
        text=True,
        check=True,
    )
    assert "No module named 'no_such_module'" in done.stderr
    assert "JSONDecodeError" in done.stderr
    assert not held.exists()
