"""The house holds: every room answers its question, every command explains itself."""

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer

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
    done = subprocess.run(
        [Path(sys.executable).parent / "sightline", *words, "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "--json" in done.stdout or words == ("demo", "live")


@pytest.mark.parametrize(
    "module",
    ["dagster", "dbt", "dlt", "great_expectations", "pandas", "scipy", "altair"],
)
def test_the_command_line_starts_without_heavy_imports(module: str) -> None:
    code = f"import sys, orchestration.cli; sys.exit({module!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("module", ["great_expectations", "pandas", "scipy", "dlt"])
def test_the_code_location_loads_without_heavy_imports(module: str) -> None:
    code = (
        f"import sys, orchestration.definitions as d; d.defs(); sys.exit({module!r} in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_repository_names_no_machine() -> None:
    path = re.compile(r"(?<![\w.])/(?:home|root|work|tmp)/\w")
    index = re.compile(r"pypi\.|files\.pythonhosted")
    for name in tracked():
        if name.endswith(".png"):
            continue
        text = (CHECKOUT / name).read_text(encoding="utf-8")
        assert not path.search(text), name
        assert not index.search(text) or name == "tests/test_house.py", name
