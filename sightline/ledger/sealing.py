"""Seal what a load brought, right after it is committed, and export the seal."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sightline.errors import NothingCheckedError, SightlineEnvironmentError, UsageError
from sightline.ledger import definition_files, keys, merkle, note, raw, records
from sightline.ledger.archive import Archive
from sightline.ledger.log_check import read_log, require_whole
from sightline.ledger.seal import Acceptance, Seal, SealedTable
from sightline.ledger.sealed_table import sealed_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from duckdb import DuckDBPyConnection

    from sightline.home import Home


def require_log(home: Home) -> None:
    """SightlineEnvironmentError where the log that the warehouse was sealed in is not there whole.

    Call it before a pull: a load could not be sealed.
    """
    from sightline.warehouse.duckdb import connect

    with connect(home) as connection:
        require_whole(connection, Archive(home.checkpoints))


def announce(home: Home, dataset: str, load_ids: Collection[str]) -> None:
    """Say in the archive which loads are about to be committed; call it before they are.

    A load that dies between its commit and its seal can then be told from rows that somebody
    committed by hand: only what was announced is ever sealed.
    """
    archive = Archive(home.checkpoints)
    for load_id in load_ids:
        archive.announce(dataset, load_id)


def seal_loads(
    home: Home, loads: Mapping[str, Collection[str]], *, sealed_at: datetime
) -> list[Seal]:
    """Seal these loads, given as ids by dataset, and any that a dead pull left unsealed, as late.

    An announced load that was never committed is forgotten where its dataset is named here: the
    pull that calls has thrown its package away. Raises SightlineEnvironmentError when the archive
    or the key cannot be used.
    """
    archive = Archive(home.checkpoints)
    if not archive.announced():
        return []
    seals = []
    with _book(home, archive, sealed_at) as book:
        announced = archive.announced()
        committed = raw.committed_loads(book.connection, {dataset for dataset, _ in announced})
        for dataset, load_id in announced:
            if (dataset, load_id) in committed:
                is_late = load_id not in loads.get(dataset, ())
                seals.append(book.seal(dataset, load_id, is_late=is_late))
            if (dataset, load_id) in committed or dataset in loads:
                archive.withdraw(dataset, load_id)
    return seals


def rotate_key(home: Home, *, sealed_at: datetime) -> Seal:
    """Hand over to a new signing key: the old key signs the seal that introduces the new one.

    The old key is kept beside it under its id, for whoever has to prove what it signed. Raises
    SightlineEnvironmentError when the archive or a key cannot be used.
    """
    current = home.signing_key
    new = current.with_suffix(".new")
    with _book(home, Archive(home.checkpoints), sealed_at) as book:
        keys.write_new_key(new)
        sealed = book.append(introduces=note.verifier_key(keys.read_key(new)))
        current.rename(current.with_suffix(f".{note.verifier_key(book.key).split('+')[1]}"))
        new.rename(current)
    return sealed


def accept_loss(home: Home, *, author: str, reason: str, sealed_at: datetime) -> Seal:
    """Go on without the sealed loads that are not there, as after an old backup was restored.

    Who does so and why is one more entry of the log, and remarked by every verification from then
    on. Raises NothingCheckedError when no load is lost, SightlineEnvironmentError when the archive
    does not fit its own checkpoints: that nobody can accept.
    """
    if not (author.strip() and reason.strip()):
        raise UsageError("whoever goes on without loads says who he is, and why")
    require_log(home)
    archive = Archive(home.checkpoints)
    log = read_log(archive)
    if log.breaches:
        raise SightlineEnvironmentError(f"{log.breaches[0]}: restore {archive.folder} first")
    with _book(home, archive, sealed_at) as book:
        there = raw.committed_loads(book.connection, {one.dataset for one in log.seals})
        sealed = [(one.dataset, one.load_id) for one in log.seals if one.load_id]
        lost = tuple(load for load in sealed if load not in there | log.accepted())
        if not lost:
            raise NothingCheckedError("no sealed load is lost: there is nothing to accept")
        copied = {copy[0] for copy in records.rows(book.connection, "seal")}
        for one in log.seals:
            if one.number not in copied:
                book.copy(one)
        return book.append(accepts=Acceptance(author, reason, lost))


@contextmanager
def _book(home: Home, archive: Archive, sealed_at: datetime) -> Iterator[_Book]:
    """The log, held alone, beside a connection to the warehouse."""
    from sightline.warehouse.duckdb import connect

    with archive.lock(), connect(home) as connection:
        require_whole(connection, archive)
        records.create(connection)
        key = keys.signing_key(home.signing_key)
        if archive.trusted_key() is None:
            archive.trust(note.verifier_key(key))
        files = definition_files.in_force(home)
        tables = tuple(raw.raw_tables(connection).values())
        yield _Book(archive, connection, tables, key, files, sealed_at)


@dataclass(frozen=True, slots=True)
class _Book:
    archive: Archive
    connection: DuckDBPyConnection
    tables: tuple[raw.RawTable, ...]
    key: Ed25519PrivateKey
    files: Mapping[str, str]
    sealed_at: datetime

    def seal(self, dataset: str, load_id: str, *, is_late: bool) -> Seal:
        """Seal one committed load; one that was exported already is only copied again."""
        newest = self.archive.read_seal(self.archive.size - 1)
        if newest is not None and (newest.dataset, newest.load_id) == (dataset, load_id):
            self.copy(newest)
            return newest
        files: dict[str, bytes] = {}
        tables: dict[str, SealedTable] = {}
        for table in self.tables:
            if table.dataset == dataset and table.is_numbered:
                columns = tuple(sorted(table.columns))
                sealed, hashes = sealed_table(self.connection, table, load_id, columns)
                if sealed.rows:
                    tables[table.name] = sealed
                    files |= hashes
        return self.append(
            dataset=dataset, load_id=load_id, tables=tables, hashes=files, is_late=is_late
        )

    def append(
        self,
        *,
        dataset: str = "",
        load_id: str = "",
        tables: Mapping[str, SealedTable] | None = None,
        hashes: Mapping[str, bytes] | None = None,
        is_late: bool = False,
        introduces: str | None = None,
        accepts: Acceptance | None = None,
    ) -> Seal:
        """Append one seal to the log, export it, and copy it into the warehouse."""
        newest = self.archive.read_seal(self.archive.size - 1)
        log = newest.log if newest is not None else merkle.Range()
        root = definition_files.root(self.files)
        is_same = newest is not None and newest.definitions_root == root
        sealed = Seal(
            number=log.size,
            before=tuple(part.hex() for part in log.roots),
            sealed_at=self.sealed_at,
            definitions_root=root,
            definitions_at=newest.definitions_at if newest is not None and is_same else log.size,
            dataset=dataset,
            load_id=load_id,
            tables=tables or {},
            is_late=is_late,
            introduces=introduces,
            accepts=accepts,
        )
        self.archive.append(
            sealed,
            hashes=hashes or {},
            definitions=self.files,
            checkpoint=note.sign(sealed.checkpoint.text(), [self.key]),
        )
        self.copy(sealed)
        return sealed

    def copy(self, sealed: Seal) -> None:
        """Copy an exported seal into the warehouse."""
        changed: Mapping[str, str | None] = {}
        if sealed.definitions_at == sealed.number:
            before = self.archive.read_seal(sealed.number - 1)
            known = self.archive.definitions(before) or {} if before is not None else {}
            changed = definition_files.changes(known, self.archive.definitions(sealed) or {})
        records.insert(
            self.connection,
            sealed,
            changed=changed,
            checkpoint=self.archive.checkpoint(sealed.number) or "",
        )
