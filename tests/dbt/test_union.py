"""The one generated model is as its generator would write it now."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from tests.dbt.conftest import PROJECT


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_union", PROJECT / "generate_union.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_committed_union_is_fresh(generator: ModuleType) -> None:
    assert generator.TARGET.read_text(encoding="utf-8") == generator.union_of(PROJECT / "models")


def test_a_new_kpi_model_enters_the_union_with_its_kind(
    generator: ModuleType, tmp_path: Path
) -> None:
    kpis = tmp_path / "kpis"
    kpis.mkdir()
    for kpi_id, meta in {"parcels": "{plain_sum: true}", "rate": "{}"}.items():
        (kpis / f"kpi_{kpi_id}.sql").write_text("select 1")
        (kpis / f"kpi_{kpi_id}.yml").write_text(
            f"models:\n  - name: kpi_{kpi_id}\n    config: {{meta: {meta}}}\n"
        )
    union = generator.union_of(tmp_path)
    assert union.startswith("-- Do not edit")
    assert "'parcels' as kpi_id,\n    true as is_plain_sum" in union
    assert "'rate' as kpi_id,\n    false as is_plain_sum" in union
    assert "{{ ref('kpi_rate') }}" in union
