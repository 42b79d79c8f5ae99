"""What was changed in the ERP after its week was published, read without the demo's code."""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from demo.definitions import DAYS_SINCE, KNOWN_BEFORE
from demo.firm import build
from demo.live import advance
from demo.story import Scenario
from tests.demo.weekly import Key, content, monday, weekly

SITES = ("north", "south")


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The firm six days before its clock, not to be changed."""
    folder = tmp_path_factory.mktemp("before")
    build(folder, scenario="as_planned", moment=KNOWN_BEFORE.replace(tzinfo=None))
    return folder


def url(folder: Path) -> str:
    return f"sqlite:///{folder / 'erp.db'}"


def key_of(folder: Path) -> dict[str, Any]:
    key: dict[str, Any] = json.loads((folder / "answer_key.json").read_text(encoding="utf-8"))
    return key


def touches(folder: Path) -> dict[Key, float]:
    found = weekly(url(folder))
    published = [at for at in found.parcels if at[1] < date(2026, 10, 19)]
    return {at: found.touches[at] / found.parcels[at] for at in published}


def orders(folder: Path) -> dict[int, Any]:
    engine = sa.create_engine(url(folder))
    table = sa.Table("customer_order", sa.MetaData(), autoload_with=engine)
    with engine.connect() as connection:
        rows = {row.order_id: row for row in connection.execute(table.select())}
    engine.dispose()
    return rows


def test_a_firm_that_lived_through_the_afternoon_equals_one_built_after_it(
    before: Path, firms: dict[Scenario, Path], tmp_path: Path
) -> None:
    lived = Path(shutil.copytree(before, tmp_path / "lived"))
    advance(lived, DAYS_SINCE)
    assert content(lived) == content(firms["as_planned"])


def test_six_weeks_that_missed_their_target_were_edited_until_they_met_it(
    before: Path, firms: dict[Scenario, Path]
) -> None:
    first, last = touches(before), touches(firms["as_planned"])
    turned = {at for at in first if first[at] > 3.2 >= last[at]}
    assert {
        (week["site"], date.fromisoformat(week["week"]))
        for week in key_of(before)["restated_weeks"]
    } == turned
    assert len(turned) == 6
    assert {site for site, _ in turned} == {"north"}
    assert not turned & {(site, day + timedelta(weeks=1)) for site, day in turned}


def test_other_weeks_were_corrected_by_a_trifle_either_way(
    before: Path, firms: dict[Scenario, Path]
) -> None:
    first, last = touches(before), touches(firms["as_planned"])
    for site in SITES:
        honest = [last[at] - first[at] for at in first if at[0] == site and first[at] <= 3.2]
        corrected = [change for change in honest if change]
        assert len(corrected) >= 12
        assert min(corrected) < 0 < max(corrected)
        assert max(map(abs, corrected)) < 0.005


def test_south_deleted_late_orders_and_north_as_many_punctual_ones(
    before: Path, firms: dict[Scenario, Path]
) -> None:
    stayed = orders(firms["as_planned"])
    gone = [row for key, row in orders(before).items() if key not in stayed]
    late = {
        site: [row.delivered_on > row.promised_on for row in gone if row.site == site]
        for site in SITES
    }
    assert late == {"south": [True] * 14, "north": [False] * 14}
    planted = key_of(before)["removed_rows"]
    weeks = {monday(row.promised_on).isoformat() for row in gone}
    assert (min(weeks), max(weeks), len(weeks)) == (planted["from"], planted["until"], 7)
