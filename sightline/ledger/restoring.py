"""Bring an old copy of the checkpoints up to the warehouse, as far as what it lacks is signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightline.errors import NothingCheckedError, SightlineEnvironmentError, SightlineError
from sightline.ledger import definition_files, raw, records
from sightline.ledger.archive import Archive
from sightline.ledger.log_check import later_seals, read_log
from sightline.ledger.sealed_table import sealed_table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from sightline.home import Home
    from sightline.ledger.raw import RawTable
    from sightline.ledger.seal import Seal, SealedTable
    from sightline.ledger.slices import TableName


def restore(home: Home) -> list[Seal]:
    """Write back the seals that only the warehouse has, each signed and its rows as it says.

    Signed are they by the key that the log hands on, so they say what was sealed and nothing else;
    their hashes are made again of the rows. Raises NothingCheckedError where none is lacking or
    there is no copy, SightlineEnvironmentError where it is not sound itself, SightlineError at the
    first seal whose rows or definitions are not as it says: the ones before it are written.
    """
    from sightline.warehouse.duckdb import connect

    archive = Archive(home.checkpoints)
    archive.required_checkpoint()
    with archive.lock(), connect(home, read_only=True) as connection:
        log = read_log(archive)
        if log.breaches:
            raise SightlineEnvironmentError(f"{log.breaches[0]}: bring back another copy first")
        later = later_seals(connection, log)
        if not later:
            raise NothingCheckedError(f"{archive.folder} lacks no seal that the warehouse holds")
        copies = {row[0]: row[-1] for row in records.rows(connection, "seal")}
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
                checkpoint=copies[one.number],
            )
    return later


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
