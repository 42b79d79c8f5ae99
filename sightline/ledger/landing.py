"""Keep `raw_ledger.breach` and `raw_ledger.broken_row` up to what is broken now, and what was.

Which rows count, and counted at a past moment, follows from the two, and whoever can write to the
warehouse can write there. So a copy lies in the archive, and the tables are brought back to it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightline.ledger import records
from sightline.ledger.archive import Archive
from sightline.ledger.breach import Breach, What

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from sightline.ledger.slices import Sealed

_EVIDENCE_ROWS = 20
_TABLES = ("breach", "broken_row")

_MEND = """
update raw_ledger.{table} set mended_at = $at
where mended_at is null and {key} not in (select unnest($keys))
"""
_ADD_ROWS = """
insert into raw_ledger.broken_row
select $id, $dataset, $table, $load, new_row, $at, null
from (select unnest(cast($rows as bigint[])) as new_row)
where new_row not in (
    select row_number from raw_ledger.broken_row where breach_id = $id and mended_at is null
)
"""
_SEEN_BEFORE = """
update raw_ledger.breach set row_count = $count, observed = $observed, evidence = $evidence
where breach_id = $id and mended_at is null
returning breach_id
"""
_ADD_BREACH = """
insert into raw_ledger.breach
values ($id, $dataset, $table, $load, $what, $count, $observed, $evidence, $at, null)
"""


def altered(connection: DuckDBPyConnection, archive: Archive) -> Iterator[Breach]:
    """Which of the two tables is not as it was landed."""
    for table in filter(lambda table: archive.found(table).exists(), _TABLES):
        kept, there = _kept(archive, table), f"raw_ledger.{table}"
        if (
            not records.stands(connection, table)
            or connection.execute(
                f"(from {kept} except all from {there}) union all "
                f"(from {there} except all from {kept}) limit 1"
            ).fetchall()
        ):
            yield Breach(what=What.FINDING_ALTERED, dataset="raw_ledger", table=table)


def restore(connection: DuckDBPyConnection, archive: Archive) -> None:
    """Bring both tables back to what was landed, whoever has written to them since."""
    records.create(connection)
    for table in _TABLES:
        if archive.found(table).exists():
            connection.execute(f"delete from raw_ledger.{table}")  # noqa: S608 - ours
            connection.execute(f"insert into raw_ledger.{table} from {_kept(archive, table)}")


def land(
    connection: DuckDBPyConnection,
    archive: Archive,
    sealed: Sealed,
    breaches: Iterable[Breach],
    *,
    at: datetime,
) -> None:
    """Write what is new, and mark as mended at `at` (aware) what is no longer there.

    A breach keeps its id for as long as the same load is broken in the same way.
    """
    now = {_id(breach): breach for breach in _by_table(sealed, breaches)}
    rows = [f"{key}/{row}" for key, breach in now.items() for row in breach.rows]
    moment = records.naive(at)
    connection.execute("begin")
    restore(connection, archive)
    connection.execute(
        _MEND.format(table="breach", key="breach_id"), {"at": moment, "keys": list(now)}
    )
    connection.execute(
        _MEND.format(table="broken_row", key="breach_id || '/' || row_number"),
        {"at": moment, "keys": rows},
    )
    for key, breach in now.items():
        place = {
            "id": key,
            "dataset": breach.dataset,
            "table": breach.table,
            "load": breach.load_id,
            "at": moment,
        }
        told = {
            "id": key,
            "count": len(breach.rows),
            "observed": str(breach),
            "evidence": _evidence(breach),
        }
        if not connection.execute(_SEEN_BEFORE, told).fetchall():
            connection.execute(_ADD_BREACH, place | told | {"what": breach.what.value})
        connection.execute(_ADD_ROWS, place | {"rows": list(breach.rows)})
    for table in _TABLES:
        with archive.finding(table) as aside:
            connection.execute(
                f"copy (from raw_ledger.{table} order by all) to {_literal(aside)} (format json)"
            )
    connection.execute("commit")


def _kept(archive: Archive, table: str) -> str:
    """The copy of a table, as something to read from."""
    path, columns = _literal(archive.found(table)), records.types(table)
    return f"read_json({path}, format = 'newline_delimited', columns = {columns})"


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _by_table(sealed: Sealed, breaches: Iterable[Breach]) -> Iterator[Breach]:
    """A load that no longer counts is a breach of each of its tables."""
    for breach in breaches:
        if breach.what is not What.LOAD_NOT_COMMITTED:
            yield breach
            continue
        for (dataset, table), loads in sealed.items():
            if dataset == breach.dataset and breach.load_id in loads:
                yield replace(breach, table=table)


def _id(breach: Breach) -> str:
    place = [breach.what.value, breach.dataset, breach.table, breach.load_id]
    place += [str(breach.seal), breach.path]
    return hashlib.sha256(json.dumps(place).encode()).hexdigest()[:16]


def _evidence(breach: Breach) -> str:
    """What the finding rests on, as JSON text."""
    told: dict[str, Any] = {
        "table": f"{breach.dataset}.{breach.table}",
        "load": breach.load_id,
        "rows": list(breach.rows[:_EVIDENCE_ROWS]),
        "key": breach.key,
        "seal": breach.seal,
    }
    return json.dumps({name: value for name, value in told.items() if value not in (None, "", [])})
