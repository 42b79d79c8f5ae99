"""A past day rebuilds to the bytes it was written in, whatever was changed or corrected since."""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.orchestration.conftest import CHECKOUT, Firm

FIRST_DAY = "2026-10-26T06:00:00+00:00"
LATEST_WEEK = "2026-10-21"  # closed on the first day, and published two days later


@dataclass(frozen=True)
class Past:
    """The firm a day on: a target eased and a published week corrected, both days rebuilt."""

    firm: Firm
    days: list[dict[str, Any]]

    def marts(self, query: str, home: Path | None = None) -> list[tuple[Any, ...]]:
        published = (home or self.firm.home) / "published/sightline.duckdb"
        with duckdb.connect(str(published), read_only=True) as connection:
            return connection.execute(query).fetchall()

    @property
    def first_day(self) -> Firm:
        """The state as it was rebuilt for the first day."""
        return replace(self.firm, home=self.firm.home / "asof/20261026T060000Z")


@pytest.fixture(scope="module")
def past(as_planned: Firm, tmp_path_factory: pytest.TempPathFactory) -> Past:
    home = tmp_path_factory.mktemp("past") / "state"
    shutil.copytree(as_planned.home, home, symlinks=True)
    firm = replace(as_planned, home=home)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.asof", "--days", "1", "--json"],
        cwd=CHECKOUT,
        env=firm.environment | {"SIGHTLINE_DAGSTER": str(home / "dagster")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr[-4000:]
    return Past(firm, json.loads(done.stdout))


def test_every_day_rebuilds_to_the_bytes_it_was_written_in(past: Past) -> None:
    first, second = past.days
    assert first == {"moment": FIRST_DAY, "board_same": True, "cases": 1, "cases_same": 1}
    assert second["board_same"]
    boards = [
        (home / "reports/index.html").read_bytes() for home in (past.first_day.home, past.firm.home)
    ]
    assert boards[0] != boards[1]  # or nothing would have been proven


def test_a_past_day_keeps_the_target_of_its_time(past: Past) -> None:
    judged = (
        "select target from marts.fct_kpi_evaluation where kpi_id = 'sorter_uptime' "
        "and scope = 'north' and period_start = date '2026-10-19'"
    )
    assert past.marts(judged) == [(97,)]  # was not published yet when the target was eased
    assert past.marts(judged, past.first_day.home) == [(98,)]


def test_last_quarter_is_unchanged_by_a_new_target(past: Past) -> None:
    rows = past.marts(
        "select distinct target from marts.fct_kpi_evaluation "
        "where kpi_id = 'sorter_uptime' and period_start < date '2026-10-19'"
    )
    assert rows == [(98,)]


def test_the_eased_target_is_on_record_as_loosening_and_retroactive(past: Past) -> None:
    assert past.marts(
        "select definition_id, field, old_value, new_value, author, is_loosening, is_retroactive "
        "from marts.fct_definition_change where kind <> 'formula' "
        "and definition_id like 'sorter_uptime/%'"
    ) == [("sorter_uptime/2025-04-28", "target", "98", "97", "unknown", True, True)]


def test_the_correction_of_a_published_week_is_an_event_beside_the_original(past: Past) -> None:
    restated = past.marts(
        "select distinct class, movement from marts.fct_restatement "
        "where kpi_id = 'sorter_uptime' and scope = 'north' and class <> 'target'"
    )
    assert restated == [("event", "world")]
    versions = past.marts(
        "select said.version, said.state, said.is_current from marts.fct_kpi_value as said "
        "inner join marts.fct_restatement as restated using (kpi_id, scope, period_start) "
        "where kpi_id = 'sorter_uptime' and scope = 'north' and restated.class = 'event' "
        "order by said.version"
    )
    assert versions == [(1, "published", False), (2, "published", True)]


def test_commands_read_the_past_in_its_folder(past: Past) -> None:
    now = past.firm.sightline("why", "sorter_uptime", LATEST_WEEK)
    then = past.first_day.sightline("why", "sorter_uptime", LATEST_WEEK)
    assert "97: held" in now.stdout
    assert "98: missed" in then.stdout


def test_looking_back_tells_nobody(past: Past) -> None:
    assert not (past.first_day.home / "outbox").exists()
    assert not (past.first_day.home / "casebook.db").exists()


def test_a_case_rebuilds_to_its_bytes_though_the_world_moved_on(past: Past) -> None:
    (case,) = past.firm.report["cases"]
    assert past.marts("select max(as_of) > timestamp '2026-10-27' from marts.fct_kpi_episode") == [
        (True,)
    ]
    done = past.firm.sightline("case", "reproduce", case["case_id"], "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["same"]


def test_a_page_of_the_past_rebuilds_to_its_bytes_by_the_command_at_its_foot(past: Past) -> None:
    (case,) = past.firm.report["cases"]
    page = past.first_day.home / "reports/cases" / f"{case['case_id']}.html"
    command = re.findall(r"<code>sightline (case reproduce [^<]*)</code>", page.read_text())
    assert len(command) == 1
    for firm in (past.first_day, past.firm):
        done = firm.sightline(*command[0].split())
        assert (done.returncode, "the same bytes" in done.stdout) == (0, True), done.stderr
    page.write_text(page.read_text().replace("98", "97"))
    altered = past.first_day.sightline(*command[0].split())
    assert (altered.returncode, "page differ" in altered.stdout) == (1, True)
    assert "by this very code, so its inputs differ" in altered.stdout
    (past.first_day.home / "code").write_text("5ca1ab1e")
    upgraded = past.first_day.sightline(*command[0].split())
    assert (upgraded.returncode, "by other code (5ca1ab1e)" in upgraded.stdout) == (5, True)


def test_a_case_of_a_moment_that_nothing_is_kept_of_is_refused_with_the_way_out(past: Past) -> None:
    (case,) = past.firm.report["cases"]
    done = past.firm.sightline("case", "reproduce", case["case_id"], "--as-of", "2026-10-26T07:00Z")
    assert (done.returncode, "sightline asof 2026-10-26T07:00" in done.stderr) == (2, True)
    unknown = past.firm.sightline("case", "reproduce", "x", "--as-of", FIRST_DAY)
    assert (unknown.returncode, f"no x of {FIRST_DAY} is kept" in unknown.stderr) == (2, True)


def test_before_the_first_look_there_is_nothing_to_see(past: Past) -> None:
    done = past.firm.sightline("asof", "2026-10-20T05:59Z")  # definitions were pulled at 6:00
    assert done.returncode == 4
    assert "nothing had been looked at" in done.stderr


@pytest.mark.parametrize("moment", ["yesterday", "2026-10-26", "2026-10-26T06:00"])
def test_a_moment_without_a_zone_is_refused(moment: str, tmp_path: Path) -> None:
    firm = Firm(tmp_path, tmp_path, tmp_path / "log.txt", {})
    done = firm.sightline("asof", moment)
    assert done.returncode == 2
    assert "2026-10-26T06:00Z" in done.stderr or "zone" in done.stderr


def test_a_folder_without_a_warehouse_has_no_past(tmp_path: Path) -> None:
    done = Firm(tmp_path, tmp_path, tmp_path / "log.txt", {}).sightline("asof", FIRST_DAY)
    assert done.returncode == 4
    assert list(tmp_path.iterdir()) == []


def test_a_first_pull_that_died_left_no_past(tmp_path: Path) -> None:
    duckdb.connect(str(tmp_path / "warehouse.duckdb")).close()
    done = Firm(tmp_path, tmp_path, tmp_path / "log.txt", {}).sightline("asof", FIRST_DAY)
    assert done.returncode == 4
    assert list((tmp_path / "asof").iterdir()) == []
