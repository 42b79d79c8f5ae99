"""The schemas editors use are the models, committed fresh."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sightline import schemas
from sightline.yaml_reader import read
from tests.definitions.firm import OKRS, Firm

FILES = sorted(path.relative_to(OKRS).as_posix() for path in OKRS.rglob("*.yml"))


def schema_of(file: str) -> tuple[Path, Any]:
    """The schema a file names in its first line."""
    first = (OKRS / file).read_text("utf-8").splitlines()[0]
    path = ((OKRS / file).parent / first.removeprefix("# yaml-language-server: $schema=")).resolve()
    return path, json.loads(path.read_text("utf-8"))


def as_json(value: Any) -> Any:
    """What an editor's YAML reader sees: exact numbers as plain ones."""
    return json.loads(json.dumps(value, default=float))


def test_the_committed_schemas_are_fresh() -> None:
    assert schemas.stale(OKRS) == ()


def test_writing_repairs_a_stale_schema_and_leaves_the_rest(firm: Firm) -> None:
    stale = firm.okrs / "schemas" / "kpi.json"
    stale.write_text("{}", "utf-8")
    assert schemas.write(firm.okrs) == (stale,)
    assert schemas.write(firm.okrs) == ()


def test_no_schema_is_left_over() -> None:
    assert {path.name for path in (OKRS / "schemas").iterdir()} == set(schemas.schemas())


@pytest.mark.parametrize("file", FILES)
def test_every_shipped_file_names_a_schema_that_accepts_it(file: str) -> None:
    path, schema = schema_of(file)
    assert path.name in schemas.MODELS
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(as_json(read(OKRS / file, file).data), schema)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("kpis/sorter_uptime.yml", "owner:", "ownr:"),
        ("kpis/sorter_uptime.yml", "floor: 96.5", "floor: '96.5'"),
        ("objectives/lower_cost.yml", "weight: 2", "weight: 0"),
        ("policies/throughput_over_uptime.yml", "{floor: below}", "{floor: bellow}"),
    ],
)
def test_an_editor_sees_the_same_offence_as_the_check(
    firm: Firm, file: str, old: str, new: str
) -> None:
    _, schema = schema_of(file)
    firm.replace(file, old, new)
    assert firm.findings()
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(as_json(read(firm.okrs / file, file).data), schema)
