"""A mark moves with news, stays without, and is not taken while somebody writes."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from ingestion import source
from ingestion.news import Watch
from sightline.casebook import Casebook
from sightline.casebook.answers import Answers, FindingAct
from sightline.casebook.checkins import CheckIn, CheckIns
from sightline.home import Home
from tests.ingestion.firm import NOON, TinyErp

AT = NOON.replace(tzinfo=UTC)


def write(path: Path, text: str, *, seconds_ago: float = 60) -> None:
    """A file last changed so long ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    changed = time.time() - seconds_ago
    os.utime(path, (changed, changed))


def watch(name: str, home: Home) -> Watch:
    watching: Watch = source.module(name).watch(home)
    assert watching.mark() == watching.mark()
    return watching


def test_all_sources_but_those_behind_somebody_elses_api_can_be_asked_for_news() -> None:
    assert source.watched() == ("casebook", "definitions", "erp", "sheets")


def test_a_new_row_and_an_edit_move_the_mark_of_a_database(home: Home, erp: TinyErp) -> None:
    looked = watch("erp", home)
    before = looked.mark()
    erp.add_downtime(99, create_date=NOON + timedelta(hours=1))
    added = looked.mark()
    erp.edit_downtime(99, write_date=NOON + timedelta(hours=2), minutes=30)
    assert len({before, added, looked.mark()}) == 3


def test_what_happens_to_a_workbook_or_its_mapping_moves_the_mark_of_the_sheets(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGHTLINE_SHEETS_MAPPINGS", str(tmp_path / "mappings"))
    sheets, looked = home.demo / "sheets", watch("sheets", home)
    marks = [looked.mark()]
    write(sheets / "training.csv", "a;b")
    marks.append(looked.mark())
    write(sheets / "training.csv", "a;c", seconds_ago=50)
    marks.append(looked.mark())
    (sheets / "training.csv").rename(sheets / "staff.csv")
    marks.append(looked.mark())
    write(tmp_path / "mappings/staff.yml", "id: staff")
    marks.append(looked.mark())
    (sheets / "staff.csv").unlink()
    marks.append(looked.mark())
    assert None not in marks
    assert len(set(marks)) == len(marks)
    for unread in ("~$staff.xlsx", ".~lock.staff.ods#", "notes.docx"):
        write(sheets / unread, "nothing is read from it")
    assert looked.mark() == marks[-1]


def test_a_file_that_was_changed_a_moment_ago_is_being_written(home: Home) -> None:
    looked = watch("sheets", home)
    write(home.demo / "sheets/training.csv", "a;", seconds_ago=0)
    assert looked.mark() is None
    write(home.demo / "sheets/training.csv", "a;b", seconds_ago=6)
    assert looked.mark() is not None


def test_what_happens_to_a_definition_file_moves_the_mark_of_the_definitions(
    home: Home, tmp_path: Path
) -> None:
    okrs = tmp_path / "okrs"
    looked = watch("definitions", replace(home, okrs=okrs))
    marks = [looked.mark()]
    write(okrs / "vocabulary.yml", "departments: []")
    marks.append(looked.mark())
    write(okrs / "kpis/uptime.yml", "id: uptime")
    marks.append(looked.mark())
    write(okrs / "kpis/uptime.yml", "id: uptime", seconds_ago=50)
    marks.append(looked.mark())
    write(okrs / "kpis/stray.txt", "nothing reads this, and the pull says so")
    marks.append(looked.mark())
    assert None not in marks
    assert len(set(marks)) == len(marks)
    write(okrs / ".git/index", "moves whenever git looks at the folder")
    assert looked.mark() == marks[-1]


def test_what_changes_a_verdict_moves_the_mark_of_a_casebook_that_need_not_be_there_yet(
    home: Home,
) -> None:
    looked = watch("casebook", home)
    before = looked.mark()
    assert not (home.root / "casebook.db").exists()
    casebook = Casebook(home.casebook_url)
    casebook.create()
    casebook.start_audit(["a.north.level.2026-06-29"], AT, run_id="run")
    assert looked.mark() == before
    checkins = CheckIns(home.casebook_url)
    checkins.add(CheckIn("throughput_1500", "at_risk", None, "automation_lead", "no windows"), AT)
    checkins.close()
    declared = looked.mark()
    answers = Answers(home.casebook_url)
    answers.add(
        FindingAct(
            finding_id="finding-1",
            kind="answered",
            about="observed",
            actor="owner@x.example",
            at=AT,
            reason="late_booking",
            text="Booked late.",
        )
    )
    answers.close()
    assert len({before, declared, looked.mark()}) == 3
