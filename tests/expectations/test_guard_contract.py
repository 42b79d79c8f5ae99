"""Every file in the folder of guards keeps the contract; a new one is walked by itself."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from expectations.guard import PACKAGE, Kind, load
from expectations.row_expectation import RowExpectation
from sightline.errors import UsageError
from sightline.registry import modules
from tests.expectations.firm import Warehouse

GUARDS = modules(PACKAGE)
EVIDENCE_COLUMNS = {"kpi_id", "scope", "period_start"}


@pytest.fixture(params=sorted(GUARDS))
def guard(request: pytest.FixtureRequest) -> ModuleType:
    return GUARDS[request.param]


def test_both_guards_of_the_folder_are_found() -> None:
    assert {"reported_matches_recomputed", "workbook_structure_intact"} <= set(GUARDS)


def test_the_docstring_asks_and_says_why_and_how_to_remedy(guard: ModuleType) -> None:
    text = guard.__doc__ or ""
    assert text.splitlines()[0].endswith("?")
    assert "Reason to flag:" in text
    assert "How to remedy:" in text


def test_a_guard_lists_innocent_explanations_and_what_it_cannot_see(guard: ModuleType) -> None:
    assert len(guard.GUARD.innocent_explanations) >= 3
    assert guard.GUARD.invisible
    assert guard.GUARD.rate_holds


def test_a_statistic_states_its_error_rate_and_a_fact_has_none(guard: ModuleType) -> None:
    if guard.GUARD.kind is Kind.STATISTICAL:
        assert 0 < guard.GUARD.false_alarm_rate <= 0.01
        assert guard.GUARD.minimum >= 24
    else:
        assert guard.GUARD.false_alarm_rate == 0


def test_the_evidence_can_be_read_and_holds_the_columns_that_split_it(
    guard: ModuleType, warehouse: Warehouse
) -> None:
    cursor = warehouse.connection.execute(guard.GUARD.evidence)
    columns = {column[0] for column in cursor.description}
    assert columns >= EVIDENCE_COLUMNS | set(guard.GUARD.part)


def test_the_expectation_is_one_of_great_expectations_and_documented(guard: ModuleType) -> None:
    expectation = guard.expectation()
    assert issubclass(expectation, RowExpectation)
    assert expectation.__doc__ != RowExpectation.__doc__
    assert expectation.expectation_type.startswith("expect_")


def test_no_guard_accuses(guard: ModuleType) -> None:
    source = Path(str(guard.__file__)).read_text()
    assert not re.search(r"manipulat|fraud|cheat|\blie[sd]?\b", source, re.IGNORECASE)


def test_importing_the_judge_and_every_guard_imports_nothing_heavy() -> None:
    names = ", ".join(f"{PACKAGE}.{name}" for name in GUARDS)
    heavy = {"great_expectations", "pandas", "numpy", "scipy", "openpyxl", "dagster", "dlt"}
    program = (
        f"import sys, expectations.judge, {names}\nprint(sorted({heavy!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_a_guard_nobody_wrote_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(UsageError, match="did you mean 'workbook_structure_intact'"):
        load("workbook_structure_intakt")
