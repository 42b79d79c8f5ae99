"""dbt's parsed project is reused exactly as long as it is the project."""

import os
from pathlib import Path

from orchestration.dbt_runner import PROJECT, is_current


def test_a_parse_older_than_any_file_of_the_project_is_not_reused(tmp_path: Path) -> None:
    parsed = tmp_path / "parsed"
    assert not is_current(parsed)
    parsed.touch()
    assert is_current(parsed)
    model = (PROJECT / "models/marts/fct_kpi_value.sql").stat().st_mtime
    os.utime(parsed, (model - 1, model - 1))
    assert not is_current(parsed)
