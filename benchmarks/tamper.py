"""Is tampering found, and is honest history left alone? `python -m benchmarks.tamper [--seeds N]`

Nine attacks on the warehouse or the definition files, each by four attackers: one edits what is
there; one also recomputes the hashes of what it touched; one also rewrites the log of seals from
there on; one also signs it with the true key. None can write to the archive.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import duckdb

from benchmarks.sealed_firm import SealedFirm
from sightline.ledger import definition_files, keys, merkle, note, raw, records, row_hash, seal
from sightline.ledger.breach import Breach, What
from sightline.ledger.seal import Seal, SealedTable

Connection: TypeAlias = duckdb.DuckDBPyConnection
Named = set[tuple[What, str, str, int]]
"""What must be found: in which table, load and row; for a file, its path, '' and -1."""

TARGETS, ERP = "raw_definitions.kpi_target", "raw_erp.downtime"


def _rows(
    firm: SealedFirm, connection: Connection, table: str, count: int
) -> list[tuple[str, int]]:
    there = connection.execute(f"select _dlt_load_id, _row from {table} order by 1, 2").fetchall()
    return firm.rng.sample(there, count)


def edit_value(firm: SealedFirm, connection: Connection) -> Named:
    """A number is changed."""
    ((load, row),) = _rows(firm, connection, ERP, 1)
    connection.execute(
        f"update {ERP} set minutes = coalesce(minutes, 0) + 1 where _dlt_load_id = ? and _row = ?",
        [load, row],
    )
    return {(What.ROW_ALTERED, ERP, load, row)}


def swap_rows(firm: SealedFirm, connection: Connection) -> Named:
    """Two rows of a load trade places."""
    ((load, row),) = _rows(firm, connection, ERP, 1)
    (other,) = firm.rng.sample(
        [
            r
            for (r,) in connection.execute(
                f"select _row from {ERP} where _dlt_load_id = ? and _row <> ? order by 1",
                [load, row],
            ).fetchall()
        ],
        1,
    )
    connection.execute(
        f"update {ERP} set _row = ? - _row where _dlt_load_id = ? and _row in (?, ?)",
        [row + other, load, row, other],
    )
    return {(What.ROW_ALTERED, ERP, load, row), (What.ROW_ALTERED, ERP, load, other)}


def move_row(firm: SealedFirm, connection: Connection) -> Named:
    """A row is given to another load."""
    (first, *others) = _rows(firm, connection, ERP, 10)
    load, row = first
    target = next(other for other, _ in others if other != load)
    connection.execute(
        f"update {ERP} set _dlt_load_id = ? where _dlt_load_id = ? and _row = ?",
        [target, load, row],
    )
    return {(What.ROW_MISSING, ERP, load, row), (What.ROW_ADDED, ERP, target, row)}


def delete_row(firm: SealedFirm, connection: Connection) -> Named:
    """A row is deleted."""
    ((load, row),) = _rows(firm, connection, ERP, 1)
    connection.execute(f"delete from {ERP} where _dlt_load_id = ? and _row = ?", [load, row])
    return {(What.ROW_MISSING, ERP, load, row)}


def insert_back_dated_row(firm: SealedFirm, connection: Connection) -> Named:
    """A row appears in a load of long ago."""
    ((load, row),) = _rows(firm, connection, ERP, 1)
    (added,) = connection.execute(
        f"select max(_row) + 1 from {ERP} where _dlt_load_id = ?", [load]
    ).fetchone() or (0,)
    connection.execute(
        f"insert into {ERP} select * replace (? as _row) from {ERP} "
        "where _dlt_load_id = ? and _row = ?",
        [added, load, row],
    )
    return {(What.ROW_ADDED, ERP, load, added)}


def delete_load(firm: SealedFirm, connection: Connection) -> Named:
    """A whole load is deleted, with the loader's record of it."""
    ((load, _),) = _rows(firm, connection, ERP, 1)
    return _delete_load(connection, load)


def truncate_tail(firm: SealedFirm, connection: Connection) -> Named:
    """The newest load is deleted."""
    (load,) = connection.execute(f"select max(_dlt_load_id) from {ERP}").fetchone() or ("",)
    return _delete_load(connection, load)


def _delete_load(connection: Connection, load: str) -> Named:
    gone = connection.execute(f"select _row from {ERP} where _dlt_load_id = ?", [load]).fetchall()
    for table in (ERP, "raw_erp.sorter_day"):
        connection.execute(f"delete from {table} where _dlt_load_id = ?", [load])
    connection.execute("delete from raw_erp._dlt_loads where load_id = ?", [load])
    return {(What.ROW_MISSING, ERP, load, row) for (row,) in gone}


def loosen_threshold(firm: SealedFirm, connection: Connection) -> Named:
    """A threshold is loosened in the definition file and in the dbt project's copy of it."""
    path = firm.rng.choice(sorted((firm.home.okrs / "kpis").glob("*.yml")))
    path.write_text(path.read_text(encoding="utf-8") + "# floor: 1\n", encoding="utf-8")
    return {(What.DEFINITION_CHANGED, f"okrs/kpis/{path.name}", "", -1)}


def lower_target(firm: SealedFirm, connection: Connection) -> Named:
    """A target is lowered in the definitions as they were landed."""
    ((load, row),) = _rows(firm, connection, TARGETS, 1)
    connection.execute(
        f"update {TARGETS} set target = coalesce(target, 0) - 1 "
        "where _dlt_load_id = ? and _row = ?",
        [load, row],
    )
    return {(What.ROW_ALTERED, TARGETS, load, row)}


ATTACKS: Sequence[Callable[[SealedFirm, Connection], Named]] = (
    edit_value,
    swap_rows,
    move_row,
    delete_row,
    insert_back_dated_row,
    delete_load,
    truncate_tail,
    loosen_threshold,
    lower_target,
)
ATTACKERS = ("edits", "recomputes hashes", "rewrites seals", "holds the key")


def cover_up(firm: SealedFirm, connection: Connection, attacker: str) -> None:
    """Make the warehouse's own copy of the seals fit what it now holds, as far as he can."""
    level = ATTACKERS.index(attacker)
    if not level:
        return
    copies = connection.execute("from raw_ledger.seal order by seal_number").fetchall()
    key = keys.read_key(firm.home.signing_key)
    files = definition_files.in_force(firm.home)
    committed = raw.committed_loads(connection, {"raw_erp", "raw_definitions"})
    log = merkle.Range()
    connection.execute("delete from raw_ledger.seal")
    for copy in copies:
        old = seal.read(copy[-2])
        new = replace(
            old,
            tables=dict(_roots(connection, old)),
            definitions_root=definition_files.root(files),
        )
        checkpoint = copy[-1]
        if level > 1:
            if (old.dataset, old.load_id) not in committed:
                continue
            new = replace(new, number=log.size, before=tuple(part.hex() for part in log.roots))
            log = new.log
        if level > 2:
            checkpoint = note.sign(note.Checkpoint(log.size, log.root()).text(), [key])
        marks = ", ".join("?" * len(copy))
        row = records.row(new, checkpoint)
        connection.execute(f"insert into raw_ledger.seal values ({marks})", row)
    for path, digest in files.items():
        connection.execute(
            "update raw_ledger.definition_file set sha256 = ? where path = ?", [digest, path]
        )


def _roots(connection: Connection, old: Seal) -> Iterator[tuple[str, SealedTable]]:
    tables = raw.raw_tables(connection)
    for name in old.tables:
        columns = old.tables[name].columns
        table = tables[old.dataset, name]
        slices = row_hash.leaves(connection, table, old.load_id, columns)
        leaves = b"".join(hashes for _, hashes in slices)
        if leaves:
            root = merkle.root(leaves).hex()
            yield name, SealedTable(len(leaves) // merkle.SIZE, root, columns)


def named(breaches: Sequence[Breach]) -> Named:
    """What a verification named, in the form in which attacks tell what they did."""
    return {
        (breach.what, breach.path or f"{breach.dataset}.{breach.table}", breach.load_id, row)
        for breach in breaches
        for row in breach.rows or (-1,)
    }


def is_found(firm: SealedFirm, attack: Callable[[SealedFirm, Connection], Named], by: str) -> bool:
    """Let one attacker do one attack and verify: is every row or file named?"""
    with firm.connect() as connection:
        done = attack(firm, connection)
        cover_up(firm, connection, by)
    return done <= named(firm.verify().breaches)


def main(seeds: int) -> int:
    """Run the matrix and the clean verifications; exit code 1 when anything was missed."""
    began = time.monotonic()
    found = alarms = clean = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(seeds):
            firm = SealedFirm.build(Path(folder) / f"{seed}", seed=seed)
            for _ in range(50):
                clean += 1
                alarms += bool(firm.verify().breaches)
            for attack in ATTACKS:
                for attacker in ATTACKERS:
                    name = f"{seed}-{attack.__name__}-{attacker}"
                    copy = firm.copy(Path(folder) / name, seed=seed)
                    if is_found(copy, attack, attacker):
                        found += 1
                    else:
                        sys.stdout.write(f"missed: {attack.__name__}, {attacker}, seed {seed}\n")
    cells = seeds * len(ATTACKS) * len(ATTACKERS)
    sys.stdout.write(
        f"tampering found and named: {found} of {cells}\n"
        f"false alarms: {alarms} of {clean} clean verifications\n"
        f"{time.monotonic() - began:.0f} s\n"
    )
    return 0 if (found, alarms) == (cells, 0) else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="firms tampered with (20)")
    sys.exit(main(parser.parse_args().seeds))
