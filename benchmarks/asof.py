"""Is the past still what it was? A firm lives on for days; then each day is rebuilt and compared.

`python -m benchmarks.asof --days 100` takes the demo firm in SIGHTLINE_HOME, or makes it, and lets
it live on. On the first day a target is eased and a booking of a published week is corrected, so
that the days before look different today. Every twentieth day has a whole pulse, with guards,
alerts and the audits it calls for; the days between pull the ERP (once a week everything remote),
build every model on what is there by then and write the board, which costs a fifth. At the end, or
on ^C, each day's board and each case page written that day is compared byte by byte with what
`sightline asof` makes of it. The exit code is 1 when one differs.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from sightline.home import Home

if TYPE_CHECKING:
    from orchestration.compiled import CompiledModels
    from orchestration.past import Past

WHOLE_PULSE, WEEK = 20, 7  # days from one to the next
REMOTE = ("erp", "sheets", "tracker")
EASED = ("kpis/sorter_uptime.yml", "target: 98\n", "target: 97\n")
CORRECTED = """
    update downtime set minutes = minutes / 2, write_date = :now, write_uid = 7
    where downtime_id = (
        select downtime_id from downtime where site = 'north' and work_date
        between date(:now, '-21 days') and date(:now, '-14 days') order by minutes desc limit 1
    )
"""


@dataclass(frozen=True)
class Day:
    """What was written on one day: the board, and the case pages by name."""

    moment: datetime
    board: bytes
    cases: dict[str, bytes]


@dataclass(frozen=True)
class Compared:
    """One day held against its reconstruction; `cases` counts the pages written that day."""

    moment: str
    board_same: bool
    cases: int
    cases_same: int


def main() -> int:
    """Let the firm live, rebuild every day, print how many are the same bytes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.asof", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--days", type=int, default=100, help="days to live on after the first")
    parser.add_argument("--json", action="store_true", help="the comparison as one JSON document")
    days = parser.parse_args()
    from orchestration.past import rebuild_each

    home = _firm()
    lived = _live(home, days.days)
    began = time.process_time()
    rebuilt = rebuild_each(home, [day.moment for day in lived])
    compared = [_compare(day, past) for day, past in zip(lived, rebuilt, strict=True)]
    seconds = (time.process_time() - began) / len(lived)
    same = sum(each.board_same and each.cases == each.cases_same for each in compared)
    if days.json:
        sys.stdout.write(json.dumps([asdict(each) for each in compared], indent=2) + "\n")
    else:
        sys.stdout.write(f"{same} of {len(compared)} byte-equal, {seconds:.1f} CPU s a day\n")
    return 0 if same == len(compared) else 1


def _firm() -> Home:
    """The firm as a demo run left it, with definitions of its own that can be edited."""
    from orchestration.commands.demo import enter

    home = Home.from_env()
    okrs = home.root / "okrs"
    if not (home.demo / "clock").exists():
        command = [str(Path(sys.executable).parent / "sightline"), "demo", "run"]
        subprocess.run(command, check=True, stdout=sys.stderr)  # noqa: S603 - our own command
    shutil.copytree(home.okrs, okrs, dirs_exist_ok=True)
    os.environ["SIGHTLINE_OKRS"] = str(okrs)
    return enter(home)


def _live(home: Home, days: int) -> list[Day]:
    from demo.live import advance
    from orchestration.commands.demo import tracker
    from orchestration.compiled import compiled
    from orchestration.dbt_runner import invoke, refuse_broken

    lived = [_written(home, since=0.0)]
    with tracker(home):
        advance(home.demo)
        _rewrite_history(home)
        _pull(home, ("definitions", *REMOTE))
        refuse_broken(invoke(["run"]))
        _publish(home)
        lived.append(_written(home, since=time.time()))
        models = compiled(home, is_past=False) if days > 1 else None
        try:
            for day in range(2, days + 1):
                lived.append(_next_day(home, models, day))
                _say(f"day {day} of {days}: {lived[-1].moment:%Y-%m-%d}")
        except KeyboardInterrupt:
            _say(f"stopped after {len(lived) - 1} days: comparing these")
    return lived


def _next_day(home: Home, models: "CompiledModels | None", day: int) -> Day:
    from demo.live import advance
    from sightline.warehouse.duckdb import connect

    began = _newest_page(home)
    advance(home.demo)
    if models is None or day % WHOLE_PULSE == 0:
        _pulse(home)
    else:
        _pull(home, REMOTE if day % WEEK == 0 else REMOTE[:1])
        with connect(home) as connection:
            models.build(connection)
        _publish(home)
    return _written(home, since=began)


def _pulse(home: Home) -> None:
    from orchestration.commands.demo import pulse_and_audit
    from orchestration.once import Conductor

    with Conductor(home.root / "asof.log", lambda _: None) as conductor:
        pulse_and_audit(conductor)


def _pull(home: Home, names: Sequence[str]) -> None:
    from ingestion.pull import pull

    for name in names:
        pull(name, home=home, seen_at=home.now())


def _publish(home: Home) -> None:
    """Put on record what the marts say for the first time, publish them and draw the board."""
    from orchestration.defs.values import record_new
    from reports.board import render_board
    from sightline.warehouse.duckdb import publish, read_published

    record_new(home)
    publish(home, "look", home.now())
    with read_published(home) as connection:
        board = render_board(connection)
    (home.reports / "index.html").write_text(board, encoding="utf-8")


def _rewrite_history(home: Home) -> None:
    """Ease a target, and correct a booking of a week that was published."""
    file, before, after = EASED
    path = home.okrs / file
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(before, after), encoding="utf-8")
    engine = sa.create_engine(f"sqlite:///{home.demo / 'erp.db'}", poolclass=sa.NullPool)
    with engine.begin() as connection:
        now = home.now().replace(tzinfo=None).isoformat(" ")
        connection.execute(sa.text(CORRECTED), {"now": now})
    engine.dispose()


def _newest_page(home: Home) -> float:
    return max((page.stat().st_mtime for page in home.cases.glob("*.html")), default=0.0)


def _written(home: Home, since: float) -> Day:
    pages = [page for page in home.cases.glob("*.html") if page.stat().st_mtime > since]
    cases = {page.name: page.read_bytes() for page in pages}
    return Day(home.now(), (home.reports / "index.html").read_bytes(), cases)


def _compare(day: Day, past: "Past") -> Compared:
    board = (past.home.reports / "index.html").read_bytes()
    pages = {path.name: path.read_bytes() for path in past.home.cases.glob("*.html")}
    same = sum(pages.get(name) == page for name, page in day.cases.items())
    compared = Compared(day.moment.isoformat(), board == day.board, len(day.cases), same)
    _say(f"{compared.moment}: {'the same bytes' if board == day.board else 'ANOTHER BOARD'}")
    return compared


def _say(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
