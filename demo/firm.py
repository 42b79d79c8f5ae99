"""Build Northline Logistics in a folder: ERP, tracker, workbooks, clock and answer key."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from demo import erp, issues, workbooks
from demo.answer_key import answer_key
from demo.story import CLOCK, Firm, Scenario


def build(
    folder: Path,
    *,
    scenario: Scenario,
    seed: int = 7,
    erp_url: str | None = None,
    moment: datetime = CLOCK,
) -> None:
    """Write the firm as it stands at a moment (naive UTC), by default with 78 closed weeks.

    Makes `erp.db` (or the tables at `erp_url`, any SQLAlchemy URL, replacing ones of the same
    names), `tracker.json`, `sheets/*.xlsx`, `clock`, `answer_key.json` and `firm.json` (scenario
    and seed, for `demo.live`). The same arguments give the same content.

    Raises ValueError for a scenario that does not exist.
    """
    firm = Firm(scenario, seed)
    folder.mkdir(parents=True, exist_ok=True)
    engine = erp.engine_for(folder, erp_url)
    try:
        with engine.begin() as connection:
            erp.create(connection, firm, moment)
            write_files(folder, firm, moment, connection)
    finally:
        engine.dispose()
    write_json(folder / "firm.json", {"scenario": scenario, "seed": seed})


def write_files(folder: Path, firm: Firm, moment: datetime, connection: sa.Connection) -> None:
    """Write everything but the ERP as it stands at a moment (naive UTC)."""
    uptime = erp.weekly_uptime(connection)
    workbooks.write(folder / "sheets", firm, moment, uptime)
    write_json(folder / "tracker.json", issues.store(firm, moment))
    write_json(folder / "answer_key.json", answer_key(firm, moment, uptime))
    write_text(folder / "clock", moment.isoformat() + "Z\n")


def read_firm(folder: Path) -> Firm:
    """The course of events a folder was built with."""
    return Firm(**json.loads((folder / "firm.json").read_text(encoding="utf-8")))


def read_clock(folder: Path) -> datetime:
    """The firm's present moment, as naive UTC."""
    text = (folder / "clock").read_text(encoding="utf-8").strip()
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write JSON aside and swap it in."""
    write_text(path, json.dumps(content, indent=1) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a file aside and swap it in, so that nobody reads half of it."""
    aside = path.with_name(path.name + ".part")
    aside.write_text(text, encoding="utf-8")
    aside.replace(path)
