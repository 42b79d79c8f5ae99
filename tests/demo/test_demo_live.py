"""A firm that lives on: new days in every source, and an outage booked late."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from demo import erp
from demo.firm import write_files
from demo.live import advance, dip
from demo.story import CLOCK, SCENARIOS, Firm, Scenario
from tests.demo.weekly import LAST_WEEK, FirmCopy, content, sheet, weekly

CLOCK_TEXT = CLOCK.isoformat(sep=" ")


def changed_since_the_clock(folder: Path) -> dict[str, int]:
    """Rows a reader with a cursor on coalesce(write_date, create_date) would find, by table."""
    engine = sa.create_engine(f"sqlite:///{folder / 'erp.db'}")
    with engine.connect() as connection:
        counts = {
            table: connection.scalar(
                sa.text(
                    f"select count(*) from {table} where coalesce(write_date, create_date) > :clock"
                ),
                {"clock": CLOCK_TEXT},
            )
            for table in ("sorter_day", "downtime", "customer_order", "invoice", "recalibration")
        }
    engine.dispose()
    return {table: count or 0 for table, count in counts.items()}


def test_a_day_reaches_every_source_and_moves_the_clock(firm_copy: FirmCopy) -> None:
    folder = firm_copy("as_planned")
    before = content(folder)
    assert advance(folder) == datetime(2026, 10, 27, 6, tzinfo=UTC)
    after = content(folder)
    assert after["clock"] == "2026-10-27T06:00:00Z\n"
    changed = changed_since_the_clock(folder)
    assert changed["sorter_day"] == 4
    assert changed["recalibration"] == 6
    assert changed["customer_order"] > 200  # placed, and delivered
    assert after["tracker.json"] != before["tracker.json"]
    assert after["training.xlsx"] == before["training.xlsx"]  # the week is still open


def test_a_week_adds_its_lines_to_the_workbooks_and_moves_no_old_one(firm_copy: FirmCopy) -> None:
    folder = firm_copy("as_planned")
    before = {path.name: sheet(path) for path in (folder / "sheets").iterdir()}
    advance(folder, 7)
    for name, rows in before.items():
        after = sheet(folder / "sheets" / name)
        assert len(after) == len(rows) + 2
        if name != "uptime_log.xlsx":
            assert after[: len(rows)] == rows


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_firm_that_lived_on_equals_one_built_at_that_moment(
    firm_copy: FirmCopy, tmp_path: Path, scenario: Scenario
) -> None:
    lived = firm_copy(scenario)
    for days in (1, 1, 3, 5):
        until = advance(lived, days).replace(tzinfo=None)

    built = tmp_path / "built"
    built.mkdir()
    engine = erp.engine_for(built, None)
    with engine.begin() as connection:
        erp.create(connection, Firm(scenario, 7), until)
        write_files(built, Firm(scenario, 7), until, connection)
    engine.dispose()
    says = content(lived)
    del says["firm.json"]  # how to go on, not what happened
    assert says == content(built)


def test_late_edits_set_write_date_on_rows_of_earlier_days(firm_copy: FirmCopy) -> None:
    folder = firm_copy("as_planned")
    advance(folder, 28)
    engine = sa.create_engine(f"sqlite:///{folder / 'erp.db'}")
    with engine.connect() as connection:
        corrected = connection.execute(
            sa.text("select work_date, write_date from downtime where write_date > :clock"),
            {"clock": CLOCK_TEXT},
        ).all()
    engine.dispose()
    assert corrected
    assert all(work_date < write_date[:10] for work_date, write_date in corrected)


def test_living_zero_days_is_refused(firm_copy: FirmCopy) -> None:
    folder = firm_copy("as_planned")
    before = content(folder)
    with pytest.raises(ValueError, match="at least 1"):
        advance(folder, 0)
    assert content(folder) == before


@pytest.mark.parametrize("site", ["south", "north"])
def test_a_dip_takes_the_site_under_its_floor_in_the_last_closed_week_only(
    firm_copy: FirmCopy, site: str
) -> None:
    folder = firm_copy("throttled")
    url = f"sqlite:///{folder / 'erp.db'}"
    before = weekly(url)
    booked = dip(folder, site)
    after = weekly(url)
    moved = {at for at in before.lost if before.lost[at] != after.lost[at]}
    assert moved == {(site, LAST_WEEK)}
    assert after.uptime((site, LAST_WEEK)) < 96.5
    assert booked.uptime == pytest.approx(after.uptime((site, LAST_WEEK)))
    assert booked.period_start == LAST_WEEK.isoformat()
    assert after.lost[site, LAST_WEEK] - before.lost[site, LAST_WEEK] == booked.minutes
    assert before.parcels == after.parcels


def test_a_dip_is_a_new_row_booked_at_the_clock(firm_copy: FirmCopy) -> None:
    folder = firm_copy("as_planned")
    started = datetime.now(UTC)
    booked = dip(folder)
    engine = sa.create_engine(f"sqlite:///{folder / 'erp.db'}")
    with engine.connect() as connection:
        row = connection.execute(
            erp.downtime.select().where(erp.downtime.c.downtime_id == booked.downtime_id)
        ).one()
    engine.dispose()
    assert (row.create_date, row.write_date, row.planned) == (CLOCK, None, True)
    assert row.work_date > LAST_WEEK
    assert started <= booked.committed_at <= datetime.now(UTC)


def test_the_log_of_the_site_follows_a_dip(firm_copy: FirmCopy) -> None:
    folder = firm_copy("as_planned")
    dip(folder, "south")
    week, site, reported = sheet(folder / "sheets" / "uptime_log.xlsx")[-1]
    assert (week, site, reported) == (datetime.combine(LAST_WEEK, datetime.min.time()), "south", 96)


def test_a_second_dip_of_the_same_week_is_refused_and_writes_nothing(
    firm_copy: FirmCopy,
) -> None:
    folder = firm_copy("as_planned")
    dip(folder, "south")
    after_first = content(folder)
    with pytest.raises(ValueError, match="already at 96"):
        dip(folder, "south")
    assert content(folder) == after_first
    assert dip(folder, "north").downtime_id == 9_000_002


def test_a_dip_survives_the_days_that_follow(firm_copy: FirmCopy) -> None:
    folder = firm_copy("throttled")
    dip(folder)
    advance(folder, 8)
    assert weekly(f"sqlite:///{folder / 'erp.db'}").uptime(("south", LAST_WEEK)) < 96.5
    key = json.loads((folder / "answer_key.json").read_text(encoding="utf-8"))
    assert key["polished_reports"] == []


def test_an_unknown_site_is_refused(firm_copy: FirmCopy) -> None:
    with pytest.raises(ValueError, match="none of north, south"):
        dip(firm_copy("throttled"), "east")
