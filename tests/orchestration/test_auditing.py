"""A case is kept with its page and with the code that made it, whatever it is about."""

from __future__ import annotations

import ast
import shlex
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration.auditing import audit, is_at_it, waiting_episodes
from orchestration.commands.case import app
from sightline.casebook import Casebook, Message
from sightline.home import CHECKOUT, Home
from sightline.investigation import investigate
from sightline.investigation.code import WRITES, code_hash
from sightline.warehouse.duckdb import read_published
from tests.audits.northline_marts import AS_OF, LEVEL_CASE, build


def publish(home: Home, scope: str, case_id: str) -> None:
    """The demo firm's marts, its north hub under another name."""
    marts = build("as_planned")
    scoped = marts.execute(
        "select table_name from information_schema.columns where column_name = 'scope'"
    ).fetchall()
    for (table,) in scoped:
        marts.execute(f"update marts.{table} set scope = ? where scope = 'north'", [scope])
    marts.execute("alter table marts.fct_kpi_episode add column is_alerted boolean default true")
    marts.execute("alter table marts.fct_kpi_episode add column as_of timestamp")
    marts.execute("update marts.fct_kpi_episode set as_of = ?", [AS_OF.replace(tzinfo=None)])
    marts.execute(
        "update marts.fct_kpi_episode set episode_id = ? where episode_id = ?",
        [case_id, LEVEL_CASE],
    )
    marts.execute(f"attach '{home.published}' as published")
    marts.execute("copy from database memory to published")
    marts.execute("detach published")
    marts.close()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("SIGHTLINE_HOME", str(tmp_path))
    return Home.from_env().create()


def announced(home: Home, case_id: str) -> Casebook:
    casebook = Casebook(home.casebook_url)
    casebook.create()
    told = Message("open", (case_id,), None, "console", "told", {})
    casebook.announce([told], datetime.now(UTC))
    return casebook


def reproduced() -> tuple[int, str]:
    done = CliRunner().invoke(app, ["reproduce", LEVEL_CASE])
    return done.exit_code, done.stdout


@pytest.mark.parametrize(
    "scope", ["north", "north/dock 1", "../..", "Nord-Süd: 50 % + ~", ".hidden", "x" * 300, "a\0b"]
)
def test_a_case_is_audited_once_and_has_its_page_whatever_its_place_is_called(
    home: Home, scope: str
) -> None:
    case_id = LEVEL_CASE.replace(".north.", f".{scope}.")
    publish(home, scope, case_id)
    casebook = announced(home, case_id)
    (audited,) = audit(home, "run")
    assert audited.case_id == case_id
    assert [path.resolve() for path in home.cases.iterdir()] == [audited.page.resolve()]
    assert waiting_episodes(home).waiting == ()
    kept = casebook.case(case_id)
    assert kept is not None
    assert shlex.split(kept.footer.command)[3] == case_id
    casebook.close()


def test_a_case_that_differs_says_whether_its_inputs_do_or_the_code_that_made_it(
    home: Home,
) -> None:
    publish(home, "north", LEVEL_CASE)
    home.warehouse.touch()  # an installation, and no past of one
    casebook = announced(home, LEVEL_CASE)
    assert [each.case_id for each in audit(home, "run")] == [LEVEL_CASE]
    assert (reproduced()[0], "the same bytes" in reproduced()[1]) == (0, True)
    with duckdb.connect(str(home.published)) as marts:
        marts.execute("update marts.dim_kpi set name = 'Uptime of the sorters'")
    code, said = reproduced()
    assert (code, "by this very code, so its inputs differ" in said) == (1, True)
    casebook.close()


@pytest.mark.parametrize(
    ("made_by", "told"),
    [("5ca1ab1e", "by other code (5ca1ab1e)"), ("", "before its code was put on record")],
)
def test_a_case_of_other_code_is_not_said_to_have_other_inputs(
    home: Home, made_by: str, told: str
) -> None:
    publish(home, "north", LEVEL_CASE)
    home.warehouse.touch()
    casebook = announced(home, LEVEL_CASE)
    with read_published(home) as marts:
        case = investigate(marts, LEVEL_CASE, as_of=AS_OF)
    older = case.model_copy(update={"headline": "As it was worded then"}).sealed()
    casebook.start_audit([LEVEL_CASE], AS_OF, "run", made_by)
    casebook.finish_audit(older, AS_OF)
    code, said = reproduced()
    assert (code, told in said) == (5, True)
    assert "its inputs may be the same" in said
    casebook.close()


def test_the_code_of_a_case_is_what_writes_it_and_nothing_else(tmp_path: Path) -> None:
    written = tmp_path / "sightline/investigation/headline.py"
    written.parent.mkdir(parents=True)
    written.write_text("a")
    before, drawn = code_hash(tmp_path), code_hash(tmp_path, with_page=True)
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports/board.py").write_text("b")
    assert code_hash(tmp_path) == before
    assert code_hash(tmp_path, with_page=True) != drawn
    written.write_text("b")
    assert code_hash(tmp_path) != before


_DIES_IN_MID_AUDIT = """
import os, signal, sys
import reports.case_page

def die(_case):
    os.kill(os.getpid(), signal.SIGKILL)

reports.case_page.render_case = die
from orchestration.auditing import audit
from sightline.home import Home
list(audit(Home.from_env(), "killed"))
"""


def test_an_audit_that_is_killed_in_mid_run_is_tried_again_and_keeps_one_case(home: Home) -> None:
    publish(home, "north", LEVEL_CASE)
    casebook = announced(home, LEVEL_CASE)
    killed = subprocess.run([sys.executable, "-c", _DIES_IN_MID_AUDIT], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert casebook.audit_attempts([LEVEL_CASE]) == {LEVEL_CASE: 1}
    assert not is_at_it(home)
    assert waiting_episodes(home).waiting == (LEVEL_CASE,)
    assert [each.case_id for each in audit(home, "second")] == [LEVEL_CASE]
    assert waiting_episodes(home).waiting == ()
    kinds = [event.kind for event in casebook.events(LEVEL_CASE)]
    assert kinds == ["opened", "audit_started", "audit_started", "audit_finished"]
    casebook.close()


def test_whatever_is_imported_to_write_a_case_is_code_that_writes_it() -> None:
    files = {path for each in WRITES for path in CHECKOUT.glob(each) if path.suffix == ".py"}
    found = {
        (CHECKOUT / name.replace(".", "/")).with_suffix(".py")
        for path in files
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sightline")
        for name in (f"{node.module}", *(f"{node.module}.{each.name}" for each in node.names))
    }
    needed = {path for path in found if path.exists()} - {CHECKOUT / "sightline/errors.py"}
    assert CHECKOUT / "sightline/edits.py" in needed
    assert needed <= files
