"""Verify a share of raw in each pulse, and land what is broken where the models leave it out.

Every pulse counts the rows of every sealed load and looks for loads that no pull announced, which
costs a scan of one column a table. Hashing goes round: the loads that were hashed longest ago,
within a budget of rows, and always those that do not add up or were broken before. A load is hashed
whole: one with more rows than the budget takes as long as it has rows, whenever its turn comes.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from sightline.ledger import merkle, note, raw, records, seal
from sightline.ledger.archive import Archive
from sightline.ledger.breach import Breach
from sightline.ledger.landing import land
from sightline.ledger.log_check import Log, changed_copies, read_log
from sightline.ledger.row_check import RowCheck, Sealed, SealedRows, TableName

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from sightline.home import Home

BUDGET = 100_000
"""Rows hashed in a pulse, about 0.3 s of it, and with the last load that is begun maybe more."""

TableLoad = tuple[str, str, str]
"""Dataset, table and load id."""


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
    and is as sealed again is marked as mended, and kept.
    """
    from sightline.warehouse.duckdb import connect

    archive = Archive(home.checkpoints)
    with connect(home) as connection:
        records.create(connection)
        sealed, breaches, lost = _sealed(connection, archive)
        check = RowCheck(connection, archive, raw.raw_tables(connection), sealed, keys)
        breaches += check.unsealed(archive.announced())
        due = _due(connection, check, budget)
        for table, loads in due.items():
            breaches += check.altered(table, loads)
        breaches = [breach for breach in breaches if not breach.is_loss_of(lost)]
        _note_verified(connection, due, at)
        land(connection, sealed, breaches, at=at)
    return Watch(
        sealed_rows=sum(rows.rows for loads in sealed.values() for rows in loads.values()),
        hashed_rows=sum(sealed[table][load].rows for table in due for load in due[table]),
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
    leaves = b"".join(merkle.leaf_hash(content.encode()) for (content,) in texts)
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
    connection: DuckDBPyConnection, check: RowCheck, budget: int
) -> dict[TableName, list[str]]:
    """The loads to hash now, by table."""
    broken = connection.execute(
        "select dataset, table_name, load_id from raw_ledger.breach where mended_at is null"
    ).fetchall()
    chosen: dict[TableLoad, None] = dict.fromkeys(
        (*table, load) for table, loads in check.miscounted().items() for load in loads
    )
    chosen |= dict.fromkeys(broken)
    last = connection.execute(
        "select dataset, table_name, load_id, max(verified_at) from raw_ledger.verification "
        "group by all"
    ).fetchall()
    verified: dict[TableLoad, datetime] = {(one[0], one[1], one[2]): one[3] for one in last}
    everything = sorted(
        ((*table, load) for table, loads in check.sealed.items() for load in loads),
        key=lambda one: (str(verified.get(one, "")), one),
    )
    for one in everything:
        if budget <= 0:  # the last load may exceed it, or a large one would never be hashed
            break
        budget -= check.sealed[one[0], one[1]][one[2]].rows
        chosen[one] = None
    due: dict[TableName, list[str]] = {}
    for dataset, table, load in chosen:
        if load in check.sealed.get((dataset, table), {}):
            due.setdefault((dataset, table), []).append(load)
    return due


def _note_verified(
    connection: DuckDBPyConnection, due: Mapping[TableName, Iterable[str]], at: datetime
) -> None:
    for (dataset, table), loads in due.items():
        parameters = {"dataset": dataset, "table": table, "loads": list(loads)}
        connection.execute(
            "delete from raw_ledger.verification where dataset = $dataset "
            "and table_name = $table and load_id in (select unnest($loads))",
            parameters,
        )
        connection.execute(
            "insert into raw_ledger.verification select $dataset, $table, unnest($loads), $at",
            parameters | {"at": records.naive(at)},
        )
