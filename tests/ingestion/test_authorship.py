"""Who wrote a definition is what git says of its last commit, and nothing else."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from ingestion.authorship import authorship
from ingestion.pull import pull
from sightline.home import CHECKOUT, Home
from tests.ingestion.conftest import SEEN_AT, Rows

SIGNED = ("-c", "user.name=Finance lead", "-c", "user.email=finance@northline.example")


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *SIGNED, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def okrs(tmp_path: Path) -> Path:
    """The shipped definitions, committed in a repository of their own, one folder down."""
    folder = Path(shutil.copytree(CHECKOUT / "okrs", tmp_path / "firm" / "okrs"))
    git(folder.parent, "init", "--quiet")
    git(folder.parent, "add", ".")
    git(folder.parent, "commit", "--quiet", "--message", "Promise")
    return folder


def authors(folder: Path) -> dict[str, str]:
    return {row["file"]: row["author"] for row in authorship(folder)}


def test_a_committed_file_names_its_author_and_commit(okrs: Path) -> None:
    (row,) = (each for each in authorship(okrs) if each["file"] == "kpis/sorter_uptime.yml")
    assert row["author"] == "Finance lead"
    assert len(row["commit_id"]) == 40
    assert row["committed_at"].tzinfo is not None


def test_an_edit_nobody_committed_has_no_author(okrs: Path) -> None:
    (okrs / "kpis/sorter_uptime.yml").write_text("edited\n", encoding="utf-8")
    (okrs / "kpis/new.yml").write_text("new\n", encoding="utf-8")
    found = authors(okrs)
    assert found["kpis/sorter_uptime.yml"] == found["kpis/new.yml"] == "unknown"
    assert found["vocabulary.yml"] == "Finance lead"


def test_outside_a_work_tree_nobody_is_guessed(okrs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(okrs.parents[1]))
    shutil.rmtree(okrs.parent / ".git")
    assert set(authors(okrs).values()) == {"unknown"}


def test_the_author_lands_with_the_definitions(okrs: Path, home: Home, rows: Rows) -> None:
    mine = Home(home.root, okrs, home.casebook_url)
    pull("definitions", home=mine, seen_at=SEEN_AT)
    assert rows("select distinct author from raw_definitions.definition_file") == [
        ("Finance lead",)
    ]
    assert rows(
        "select value, file from raw_definitions.definition_field where kind = 'kpi_target' "
        "and definition_id = 'sorter_uptime/2025-04-28' and field = 'floor'"
    ) == [("96.5", "kpis/sorter_uptime.yml")]
