"""A mart comes out as its contract declares it, or the one before stays."""

from typing import Any

import duckdb
import pytest

from orchestration.dbt_runner import DbtBuildError, invoke, manifest, refuse_broken
from tests.dbt.conftest import Project

MART = "dim_policy"


def build(query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Build the mart by another query than its own."""
    with monkeypatch.context() as edited:
        edited.setattr(manifest().nodes[f"model.sightline.{MART}"], "raw_code", query)
        refuse_broken(invoke(["run", "--select", MART]))


@pytest.mark.parametrize(
    ("promised", "made"),
    [
        ("window_periods as integer", "window_periods as bigint"),
        ("policy_id,", "'p' as policy,"),
        ("policy_id,", "policy_id, 1 as more,"),
        ("policy_id,\n    name,", "name,\n    policy_id,"),
        ("'p' as policy_id", "cast(null as varchar) as policy_id"),
    ],
)
def test_what_is_not_as_declared_replaces_nothing(
    project: Project, monkeypatch: pytest.MonkeyPatch, promised: str, made: str
) -> None:
    monkeypatch.setenv("SIGHTLINE_HOME", str(project.home))
    own: Any = manifest().nodes[f"model.sightline.{MART}"].raw_code
    query = own + " union all by name select 'p' as policy_id"
    build(query, monkeypatch)
    assert promised in query
    with pytest.raises(DbtBuildError, match=MART):
        build(query.replace(promised, made), monkeypatch)
    with duckdb.connect(str(project.warehouse)) as warehouse:
        assert warehouse.execute(f"select policy_id from marts.{MART}").fetchall() == [("p",)]
