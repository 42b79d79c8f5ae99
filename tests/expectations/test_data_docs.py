"""What Great Expectations judged is kept in its own stores, and its own pages can be built."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from expectations.data_docs import build, prune
from expectations.judge import judge
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
    page = build(tmp_path)
    assert page.name == "index.html"
    assert "workbook_structure_intact" in page.read_text()
    prune(tmp_path, kept=1)
    assert len(list(tmp_path.rglob("validations/**/*-workbook_structure_intact.json"))) == 1
