"""What did the firm's definitions say a week earlier? Since then a target was eased, and late."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from demo.story import CLOCK

EASED_KPI = "cost_per_parcel"
EASED_FROM = date(2026, 10, 19)  # this week had closed when the new target was posted
DAYS_SINCE = 6
KNOWN_BEFORE: datetime = CLOCK.replace(tzinfo=UTC) - timedelta(days=DAYS_SINCE)


def as_they_were(okrs: Path, folder: Path) -> bool:
    """Copy definitions to `folder` as they stood at KNOWN_BEFORE, without the eased target.

    False, and nothing is copied, where the definitions are not the demo firm's.
    """
    promise = okrs / "kpis" / f"{EASED_KPI}.yml"
    entry = f"  - from: {EASED_FROM.isoformat()}\n"
    if not promise.is_file() or entry not in promise.read_text(encoding="utf-8"):
        return False
    shutil.copytree(okrs, folder, dirs_exist_ok=True)
    before, _, after = promise.read_text(encoding="utf-8").partition(entry)
    rest = after.splitlines(keepends=True)
    while rest and rest[0].startswith("    "):
        rest.pop(0)
    (folder / "kpis" / promise.name).write_text(before + "".join(rest), encoding="utf-8")
    return True
