"""The house holds: every room answers its question, every command explains itself."""

import importlib
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from orchestration.cli import app

CHECKOUT = Path(__file__).parents[1]
ROOMS = dict(
    re.findall(r"^\| `(\w+)/` \| ([^|?]+\?)", (CHECKOUT / "ARCHITECTURE.md").read_text(), re.M)
)
CODE = sorted(room for room in ROOMS if (CHECKOUT / room / "__init__.py").exists())


def commands() -> list[tuple[str, ...]]:
    root = typer.main.get_command(app)
    found = []
    for name, command in sorted(root.commands.items()):  # type: ignore[attr-defined]  # a group
        below = getattr(command, "commands", None)
        found += [(name, child) for child in sorted(below)] if below else [(name,)]
    return found


def tracked() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    return [name for name in listed.stdout.split("\0") if name]


def test_every_folder_of_the_architecture_is_there_and_no_other() -> None:
    folders = {name.split("/")[0] for name in tracked() if "/" in name}
    rooms = {name for name in folders if not name.startswith(".")}
    assert rooms - {"benchmarks", "deploy", "docs", "locks", "tests"} == set(ROOMS)


@pytest.mark.parametrize("room", CODE)
def test_a_package_opens_with_the_question_it_answers(room: str) -> None:
    docstring = importlib.import_module(room).__doc__ or ""
    assert docstring.splitlines()[0].startswith(ROOMS[room])


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_has_help_and_json(words: tuple[str, ...]) -> None:
    done = CliRunner().invoke(app, [*words, "--help"])
    assert done.exit_code == 0
    assert "--json" in done.output or words == ("demo", "live")


@cache
def imported_by(code: str) -> frozenset[str]:
    """The modules of a fresh process that has run the code."""
    program = f"import sys; {code}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return frozenset(done.stdout.split())


@pytest.mark.parametrize(
    "module",
    ["dagster", "dbt", "dlt", "great_expectations", "pandas", "scipy", "altair"],
)
def test_the_command_line_starts_without_heavy_imports(module: str) -> None:
    imported = imported_by("import orchestration.cli")
    assert "typer" in imported
    assert module not in imported


@pytest.mark.parametrize("module", ["great_expectations", "pandas", "scipy", "dlt"])
def test_the_code_location_loads_without_heavy_imports(module: str) -> None:
    imported = imported_by("import orchestration.definitions as d; d.defs()")
    assert "dagster" in imported
    assert module not in imported


def test_the_repository_names_no_machine() -> None:
    path = re.compile(r"(?<![\w.])/(?:home|root|work|tmp)/\w")
    index = re.compile(r"pypi\.|files\.pythonhosted")
    for name in tracked():
        if name.endswith(".png"):
            continue
        text = (CHECKOUT / name).read_text(encoding="utf-8")
        assert not path.search(text), name
        assert not index.search(text) or name == "tests/test_house.py", name
