"""Verify a share of raw in each pulse, and land what is broken where the models leave it out.

Every pulse counts the rows of every sealed load and looks at their numbers, which costs a scan of
two columns a table. So it finds at once rows that are gone or added, or have no number or one that
was never sealed, and loads that no pull announced. Hashing goes round in slices: those that were
seen longest ago, within a budget of rows, and always those that do not add up or were broken
before. A row that was altered, traded its number or load with another, or took the number of one
while another is gone, is found when the turn comes to its slice. Of a large load nothing but the
slice is read, here as in the archive, whose hashes of it lead to the sealed root.

When a slice was last seen is noted in the warehouse, so whoever can write there can put off its
turn; and the seals are believed where their root is the exported one. `sightline verify` hashes
every slice, and checks the log and its signatures besides.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

from sightline.ledger import merkle, note, raw, records, seal
from sightline.ledger.archive import Archive
from sightline.ledger.breach import Breach
from sightline.ledger.landing import land
from sightline.ledger.log_check import Log, changed_copies, read_log, require_whole
from sightline.ledger.row_check import RowCheck
from sightline.ledger.row_count import RowCount
from sightline.ledger.slices import Sealed, SealedRows, Slice, TableName, slices

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from sightline.home import Home

BUDGET = 32_768
"""Rows to hash in a pulse, to which the last slice may add nearly as many.

With a pulse every five minutes these are 9.4 million rows a day: 20 million have their turn in
little more than two days.
"""


@dataclass(frozen=True, slots=True)
class Watch:
    """What one pulse looked at and found."""

    sealed_rows: int
    hashed_rows: int
    breaches: tuple[Breach, ...]


def watch(
    home: Home,
    keys: Mapping[TableName, Collection[str]],
    *,
    at: datetime,
    budget: int = BUDGET,
) -> Watch:
    """Count everything, hash what is due, and write what is broken to `raw_ledger`.

    `keys` names the key columns by table, `at` (aware) is the moment of the pulse. What was broken
    and is as sealed again is marked as mended, and kept. Raises SightlineEnvironmentError where the
    archive lacks seals that the warehouse holds: all they speak of would seem never sealed.
    """
    from sightline.warehouse.duckdb import connect

    archive = Archive(home.checkpoints)
    with connect(home) as connection:
        require_whole(connection, archive)
        records.create(connection)
        sealed, breaches, lost = _sealed(connection, archive)
        tables = raw.raw_tables(connection)
        count = RowCount(connection, tables, sealed)
        breaches += count.unsealed(archive.announced())
        there = {
            one: rows
            for one, rows in slices(sealed).items()
            if (one.dataset, one.load_id) not in lost or count.holds(one)
        }
        due = _due(connection, there, count.miscounted(), budget)
        check = RowCheck(connection, archive, tables, sealed, keys)
        altered = check.altered(due)
        breaches += chain.from_iterable(altered.values())
        breaches = check.named(breach for breach in breaches if not breach.is_loss_of(lost))
        _note_verified(connection, due, altered, at)
        land(connection, archive, sealed, breaches, at=at)
    return Watch(
        sealed_rows=sum(rows.rows for loads in sealed.values() for rows in loads.values()),
        hashed_rows=sum(due.values()),
        breaches=tuple(breaches),
    )


def _sealed(
    connection: DuckDBPyConnection, archive: Archive
) -> tuple[Sealed, list[Breach], set[tuple[str, str]]]:
    """What the seals say: by the warehouse's copy where its log root is the one exported.

    And what is broken among them, and the loads whose loss was accepted.
    """
    newest = archive.newest_checkpoint()
    if newest is None:
        return {}, [], set()
    texts = connection.execute(
        "select content from raw_ledger.seal order by seal_number"
    ).fetchall()
    leaves = b"".join(merkle.leaf_hash((content or "").encode()) for (content,) in texts)
    if note.parse(newest) != note.Checkpoint(len(texts), merkle.root(leaves)):
        log = read_log(archive)
        breaches = [*log.breaches, *changed_copies(connection, archive, log.seals)]
        return log.sealed(), breaches, log.accepted()
    sealed: dict[TableName, dict[str, SealedRows]] = {}
    for number, dataset, load_id, table, rows, root, columns in connection.execute(
        """
        select
            cast(content ->> 'number' as bigint), content ->> 'dataset', content ->> 'load_id',
            sealed.key, cast(sealed.value ->> 'rows' as bigint), sealed.value ->> 'root',
            sealed.value ->> 'columns'
        from raw_ledger.seal, json_each(content, '$.tables') as sealed
        """
    ).fetchall():
        one = SealedRows(number, rows, root, _listed(columns))
        sealed.setdefault((dataset, table), {})[load_id] = one
    accepting = [seal.read(content) for (content,) in texts if '"accepts":' in content]
    return sealed, [], Log(accepting).accepted()


@cache
def _listed(columns: str) -> tuple[str, ...]:
    """The columns of a JSON list; a table's seals nearly all have the same."""
    return tuple(json.loads(columns))


def _due(
    connection: DuckDBPyConnection,
    there: Mapping[Slice, int],
    miscounted: Iterable[Slice],
    budget: int,
) -> dict[Slice, int]:
    """The slices to hash now, with their rows: all not known to be as sealed, others by turns."""
    seen = {
        Slice(*place): moment
        for *place, moment in connection.execute(
            "select dataset, table_name, load_id, first_row, max(verified_at) "
            "from raw_ledger.verification group by all"
        ).fetchall()
    }
    chosen = {*miscounted, *(there.keys() - seen.keys())} & there.keys()
    for one in sorted(there.keys() & seen.keys(), key=lambda one: (seen[one], one)):
        if budget <= 0:  # the last slice may exceed it, or a large one would never be hashed
            break
        budget -= there[one]
        chosen.add(one)
    return {one: there[one] for one in sorted(chosen)}


def _note_verified(
    connection: DuckDBPyConnection, due: Collection[Slice], broken: Collection[Slice], at: datetime
) -> None:
    """Remember when these slices were as sealed; of one that is broken, nothing."""
    if due:
        connection.execute(
            "delete from raw_ledger.verification "
            "where (dataset, table_name, load_id, first_row) "
            "in (select unnest($slices, recursive := true))",
            {"slices": [one._asdict() for one in due]},
        )
    intact = [one._asdict() for one in due if one not in broken]
    if intact:
        connection.execute(
            "insert into raw_ledger.verification select unnest($slices, recursive := true), $at",
            {"slices": intact, "at": records.naive(at)},
        )
