"""What Great Expectations judged is kept in its own stores, and its own pages can be built."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from expectations.data_docs import build, prune
from expectations.judge import judge
from sightline.errors import SightlineEnvironmentError
from tests.expectations.firm import AS_OF, Definitions, Warehouse, training

SHEET = Definitions({"staff_trained": ("typed", {"workbook_structure_intact": {}})})


def test_suite_checkpoint_and_result_are_kept_and_pages_built(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    training(warehouse, overwritten={17})
    kept = judge(warehouse.connection, SHEET, as_of=AS_OF, store=tmp_path)
    again = judge(warehouse.connection, SHEET, as_of=AS_OF + timedelta(days=7), store=tmp_path)
    assert kept.findings == judge(warehouse.connection, SHEET, as_of=AS_OF).findings
    assert again.findings == kept.findings
    (suite,) = tmp_path.rglob("expectations/workbook_structure_intact.json")
    assert len(json.loads(suite.read_text())["expectations"]) == 2
    assert list(tmp_path.rglob("checkpoints/workbook_structure_intact.json"))
    results = list(tmp_path.rglob("validations/**/*-workbook_structure_intact.json"))
    assert len(results) == 2
    said = [one["result"] for one in json.loads(results[0].read_text())["results"]]
    assert {one["examination"]["outcome"] for one in said} == {"judged"}
    prune(tmp_path, kept=1)
    assert len(list(tmp_path.rglob("validations/**/*-workbook_structure_intact.json"))) == 1


def documented(*words: object) -> subprocess.CompletedProcess[str]:
    """The command as it is documented, in a process in which nothing was judged."""
    command = [sys.executable, "-m", "expectations.data_docs", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_pages_show_every_expectation_and_what_came_of_it(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    training(warehouse, overwritten={17})
    judge(warehouse.connection, SHEET, as_of=AS_OF, store=tmp_path)
    done = documented(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    index = Path(done.stdout.strip())
    assert "workbook_structure_intact" in index.read_text()
    suite = (index.parent / "expectations/workbook_structure_intact.html").read_text()
    assert "staff_trained / training.xlsx / north" in suite
    assert "staff_trained / training.xlsx / south" in suite
    (result,) = index.parent.glob("validations/**/*.html")
    assert "1 oddities in the structure of training.xlsx" in result.read_text()


def test_a_suite_that_would_show_less_than_was_kept_is_an_error(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    training(warehouse)
    judge(warehouse.connection, SHEET, as_of=AS_OF, store=tmp_path)
    (suite,) = tmp_path.rglob("expectations/workbook_structure_intact.json")
    suite.write_text(suite.read_text().replace("expect_workbook_structure", "expect_sheets", 1))
    with pytest.raises(SightlineEnvironmentError, match="intact shows 1 of 2 expectations"):
        build(tmp_path)


def test_a_folder_in_which_nothing_was_kept_is_an_error(tmp_path: Path) -> None:
    done = documented(tmp_path)
    assert (done.returncode, "nothing was judged" in done.stderr) == (3, True)


def test_without_a_folder_it_says_how_it_is_called() -> None:
    done = documented()
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert "usage: python -m expectations.data_docs" in done.stderr
    assert "folder" in documented("--help").stdout
