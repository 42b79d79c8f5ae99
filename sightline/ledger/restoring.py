"""Bring an old copy of the checkpoints up to the warehouse, and the warehouse's copy back to them.

What the archive lacks it takes as far as it is signed; what the warehouse says of a seal that the
archive has is put aside for what the archive says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sightline.errors import NothingCheckedError, SightlineEnvironmentError, SightlineError
from sightline.ledger import definition_files, raw, records
from sightline.ledger.archive import Archive
from sightline.ledger.log_check import Log, changed_copies, copies, later_seals, read_log
from sightline.ledger.sealed_table import sealed_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

    from sightline.home import Home
    from sightline.ledger.raw import RawTable
    from sightline.ledger.seal import Seal, SealedTable
    from sightline.ledger.slices import TableName


@dataclass(frozen=True, slots=True)
class Restored:
    """The numbers of the seals written back into the archive, and those of the copies brought back.

    Of a copy that no seal has the number is not among them.
    """

    seals: tuple[int, ...]
    copies: tuple[int, ...]


def restore(home: Home) -> Restored:
    """Write back the seals that only the warehouse has, then its copies of all of them.

    Each of those seals is signed by the key that the log hands on, so it says what was sealed and
    nothing else; its hashes are made again of the rows. Raises NothingCheckedError where nothing
    differs or there is no archive, SightlineEnvironmentError where it is not sound itself,
    SightlineError at the first seal whose rows or definitions are not as it says: the ones before
    it are written.
    """
    from sightline.warehouse.duckdb import connect

    archive = Archive(home.checkpoints)
    archive.required_checkpoint()
    with archive.lock(), connect(home) as connection:
        log = read_log(archive)
        if log.breaches:
            raise SightlineEnvironmentError(f"{log.breaches[0]}: bring back another copy first")
        later = later_seals(connection, log)
        if later:
            _write_back(connection, archive, log, later)
        seals = [*log.seals, *later]
        changed = list(changed_copies(connection, archive, seals))
        if not later and not changed:
            raise NothingCheckedError(f"{archive.folder} and the warehouse hold the same seals")
        if changed:
            records.replace(connection, copies(archive, seals))
    differing = {one.seal for one in changed}
    return Restored(
        seals=tuple(one.number for one in later),
        copies=tuple(one.number for one in seals if one.number in differing),
    )


def _write_back(
    connection: DuckDBPyConnection, archive: Archive, log: Log, later: Sequence[Seal]
) -> None:
    checkpoints = {row[0]: row[-1] for row in records.rows(connection, "seal")}
    changed: dict[int, dict[str, str | None]] = {}
    for number, path, digest in records.rows(connection, "definition_file"):
        changed.setdefault(number, {})[path] = digest
    tables = raw.raw_tables(connection)
    files = archive.definitions(log.seals[-1]) or {}
    for one in later:
        if one.definitions_at == one.number:
            merged = files | changed.get(one.number, {})
            files = {path: digest for path, digest in merged.items() if digest is not None}
        if definition_files.root(files) != one.definitions_root:
            raise SightlineError(f"the warehouse has other definitions than seal {one.number}")
        archive.append(
            one,
            hashes=_hashes(connection, tables, one),
            definitions=files,
            checkpoint=checkpoints[one.number],
        )


def _hashes(
    connection: DuckDBPyConnection, tables: dict[TableName, RawTable], one: Seal
) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for name, sealed in one.tables.items():
        table = tables.get((one.dataset, name))
        found: SealedTable | None = None
        hashes: dict[str, bytes] = {}
        if table is not None and table.is_numbered:
            found, hashes = sealed_table(connection, table, one.load_id, sealed.columns)
        if found != sealed:
            raise SightlineError(
                f"the rows of {one.dataset}.{name} in load {one.load_id} are not those of seal "
                f"{one.number}: bring back a newer copy of the checkpoints, or these rows"
            )
        files |= hashes
    return files
