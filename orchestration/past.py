"""How did it look then? Board and cases of a past moment, built anew from what was known of it.

Raw rows carry when they were seen, definitions and guards' verdicts are raw rows too, and values
are read as they were said. So the marts of a past moment are one build away, in a folder of their
own: nothing of today is touched, and nobody is told anything.
"""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.scratch import patiently
from sightline.errors import NothingCheckedError
from sightline.home import Home
from sightline.investigation.code import code_hash
from sightline.ledger.archive import Archive
from sightline.ledger.landing import restore
from sightline.warehouse.duckdb import connect, copy_raw, publish, read_published

if TYPE_CHECKING:
    from sightline.audit_case import AuditCase

_LOOKED_AT = """
    select schema_name from duckdb_tables()
    where table_name = '_receipt' and schema_name <> 'raw_values' order by 1
"""
_LOOKS = """
    select _seen_at from {dataset}._receipt
    where _dlt_load_id in (select load_id from {dataset}._dlt_loads where status = 0)
        and _seen_at <= $moment
"""
_CODE = "code"  # the hash of what drew the cases, beside them
_JUDGED = "select max(as_of) from marts.fct_kpi_episode"
_OPEN = """
    select episode_id, as_of from marts.fct_kpi_episode where is_open and is_alerted
    order by episode_id
"""


@dataclass(frozen=True)
class Past:
    """A rebuilt moment: `as_of` is the last look at or before it, `home` where it lies."""

    as_of: datetime
    home: Home
    cases: tuple[str, ...]


def rebuild(home: Home, moment: datetime) -> Past:
    """Build the marts as they were known at a moment (aware), and draw board and open cases.

    What stood on the board at a moment is what the last look before it found. Raises
    NothingCheckedError when there was none yet, SightlineEnvironmentError when another process
    keeps the warehouse for a minute.
    """
    (past,) = rebuild_each(home, [moment])
    return past


def rebuild_each(home: Home, moments: Sequence[datetime]) -> Iterator[Past]:
    """Rebuild one moment after another from one copy of what was known at the last of them."""
    if not home.warehouse.exists():
        raise NothingCheckedError(f"nothing has been pulled into {home.warehouse} yet")
    folder = home.root / "asof"
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".building-", dir=folder) as building:
        work = _home(home, Path(building))
        patiently(lambda: copy_raw(home, work.warehouse, known_at=max(moments)))
        with connect(work) as connection:
            restore(connection, Archive(home.checkpoints))
        looks = [_last_look(work, moment) for moment in moments]
        from orchestration.compiled import compiled

        models = compiled(work, is_past=True)
        for as_of in looks:
            with connect(work) as connection:
                models.build(connection, as_of)
            publish(work, "asof", as_of)
            cases = _draw(work)
            kept = past_home(home, as_of).root
            shutil.rmtree(kept, ignore_errors=True)
            kept.mkdir()
            for made in (work.published.parent, work.reports):
                made.rename(kept / made.relative_to(work.root))
            (kept / _CODE).write_text(code_hash(home.checkout, with_page=True), encoding="utf-8")
            yield Past(as_of, past_home(home, as_of), cases)


def past_home(home: Home, as_of: datetime) -> Home:
    """Where a rebuilt moment (aware) lies, whether it was rebuilt yet or not."""
    stamp = f"{as_of.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}".replace(".000000Z", "Z")
    return _home(home, home.root / "asof" / stamp)


def drawn_by(past: Home) -> str:
    """The hash of the code that drew the cases of a past moment; "" where none was kept."""
    kept = past.root / _CODE
    return kept.read_text(encoding="utf-8") if kept.exists() else ""


def judged_as_of(home: Home) -> datetime | None:
    """The moment the published marts were judged at; None before the first judgement."""
    with read_published(home) as connection:
        ((judged,),) = connection.execute(_JUDGED).fetchall()
    return None if judged is None else judged.replace(tzinfo=UTC)


def rebuild_case(home: Home, case_id: str, as_of: datetime) -> "AuditCase":
    """The case that an audit at a moment (aware) makes: from the published marts while they are
    of that moment, else from raw rows as they were known then.

    NothingCheckedError when no look was at that moment, UsageError when it had no such episode.
    """
    from sightline.investigation import investigate

    at = home
    if not home.published.exists() or judged_as_of(home) != as_of:
        past = rebuild(home, as_of)
        if past.as_of != as_of:
            raise NothingCheckedError(
                f"nothing was looked at at {as_of.isoformat()}; the last look before it was at "
                f"{past.as_of.isoformat()}"
            )
        at = past.home
    with read_published(at) as connection:
        return investigate(connection, case_id, as_of=as_of)


def _home(home: Home, root: Path) -> Home:
    """The state of a past moment: today's definitions and casebook are none of its business."""
    return replace(home, root=root, casebook_url=f"sqlite:///{root / 'casebook.db'}")


def _last_look(work: Home, moment: datetime) -> datetime:
    look = None
    with connect(work) as connection:
        datasets = connection.execute(_LOOKED_AT).fetchall()
        if datasets:
            looks = " union all ".join(_LOOKS.format(dataset=dataset) for (dataset,) in datasets)
            naive = moment.astimezone(UTC).replace(tzinfo=None)
            ((look,),) = connection.execute(
                f"select max(_seen_at) from ({looks})",  # noqa: S608 - datasets of ours
                {"moment": naive},
            ).fetchall()
    if not isinstance(look, datetime):
        raise NothingCheckedError(f"nothing had been looked at by {moment.isoformat()}")
    return look.replace(tzinfo=UTC)


def _draw(work: Home) -> tuple[str, ...]:
    """Draw the board and, as an audit at that moment does, each open case; returns their ids."""
    from reports.board import render_board
    from reports.case_page import render_case
    from sightline.investigation import investigate

    work.cases.mkdir(parents=True)
    with read_published(work) as connection:
        board = render_board(connection)
        (work.reports / "index.html").write_text(board, encoding="utf-8")
        rows = connection.execute(_OPEN).fetchall()
        for case_id, judged in rows:
            case = investigate(connection, case_id, as_of=judged.replace(tzinfo=UTC))
            work.case_page(case_id).write_text(render_case(case), encoding="utf-8")
    return tuple(case_id for case_id, _ in rows)
