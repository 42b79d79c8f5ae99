"""Read the log of seals from the archive and check it: chain, signatures, definitions, copies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from sightline.errors import SightlineEnvironmentError
from sightline.ledger import dating, definition_files, merkle, note, raw, records, seal
from sightline.ledger.breach import Breach, What
from sightline.ledger.seal import Seal
from sightline.ledger.slices import SealedRows, TableName

if TYPE_CHECKING:
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from sightline.ledger.archive import Archive


@dataclass(frozen=True, slots=True)
class Log:
    """The seals of the archive in order, and what does not fit among them.

    verifier: the key that signs what follows the newest of them.
    """

    seals: list[Seal] = field(default_factory=list)
    breaches: list[Breach] = field(default_factory=list)
    verifier: str = ""

    def sealed(self) -> dict[TableName, dict[str, SealedRows]]:
        """What the seals say, by table and load."""
        found: dict[TableName, dict[str, SealedRows]] = {}
        for one in self.seals:
            for name, table in one.tables.items():
                rows = SealedRows(one.number, table.rows, table.root, table.columns)
                found.setdefault((one.dataset, name), {})[one.load_id] = rows
        return found

    def accepted(self) -> set[tuple[str, str]]:
        """The loads, by dataset and id, whose loss somebody took on."""
        return {load for one in self.seals if one.accepts for load in one.accepts.loads}


def read_log(archive: Archive) -> Log:
    """Every seal that the newest checkpoint speaks of, each checked against all before it."""
    seals: list[Seal] = []
    breaches: list[Breach] = []
    grown, verifier = merkle.Range(), archive.trusted_key() or ""
    for number in range(archive.size):
        breach = Breach(what=What.ARCHIVE_INCOMPLETE, seal=number)
        try:
            one = seal.read(archive.seal_text(number) or "")
        except ValueError:
            breaches.append(breach)
            continue
        if one.number != number or one.log_before != grown or not _lists(archive, one, seals):
            breaches.append(breach)
        seals.append(one)
        grown = one.log
        if not is_signed(archive.checkpoint(number), one, verifier):
            breaches.append(Breach(what=What.CHECKPOINT_INVALID, seal=number))
        verifier = one.introduces or verifier
    if not is_newest(archive, seals):
        breaches.append(Breach(what=What.CHECKPOINT_INVALID, seal=archive.size - 1))
    return Log(seals, breaches, verifier)


def later_seals(connection: DuckDBPyConnection, log: Log) -> list[Seal]:
    """The seals by which the warehouse's copy continues a log that lacks them.

    Each follows the one before it and is signed, so that nobody without the key wrote them: an
    archive that lacks them is an old copy, or was cut off.
    """
    later: list[Seal] = []
    grown, verifier = log.seals[-1].log, log.verifier
    there = {row[0]: row for row in records.rows(connection, "seal")}
    while grown.size in there:
        copy = there[grown.size]
        *_, content, checkpoint = copy
        try:
            one = seal.read(content or "")
        except ValueError:
            break
        fits = one.log_before == grown and copy == records.row(one, checkpoint)
        if not (fits and is_signed(checkpoint, one, verifier)):
            break
        later.append(one)
        grown, verifier = one.log, one.introduces or verifier
    return later


def behind(connection: DuckDBPyConnection, archive: Archive) -> Breach | None:
    """What is missing where the archive lacks seals that the warehouse holds; None otherwise."""
    known = records.size(connection)
    if archive.size == 0 and not archive.announced():
        known = max(known, _committed(connection))  # each of them was sealed
    if known > archive.size > 0:
        log = read_log(archive)
        known = log.seals[-1].log.size + len(later_seals(connection, log)) if log.seals else known
    if known <= archive.size:
        return None
    place = str(archive.folder)
    return Breach(what=What.ARCHIVE_BEHIND, path=place, seal=archive.size, seals=known)


def _committed(connection: DuckDBPyConnection) -> int:
    datasets = {dataset for dataset, _ in raw.raw_tables(connection)}
    return len(raw.committed_loads(connection, datasets))


def require_whole(connection: DuckDBPyConnection, archive: Archive) -> None:
    """SightlineEnvironmentError where the archive lacks seals that the warehouse holds.

    A log that went on without them would be another, and everything sealed before would count as
    never sealed.
    """
    missing = behind(connection, archive)
    if missing is not None:
        raise SightlineEnvironmentError(
            f"{missing}; nothing is pulled or sealed. Bring back the folder from a backup or a "
            "clone of SIGHTLINE_CHECKPOINTS_GIT, or point SIGHTLINE_CHECKPOINTS at it; `sightline "
            "ledger restore` brings an old copy up to date. Where none is left, load anew into "
            "another SIGHTLINE_HOME"
        )


def _lists(archive: Archive, one: Seal, before: Sequence[Seal]) -> bool:
    """Whether the list of definition files that a seal points to is there and is the sealed one."""
    if one.definitions_at == one.number:
        return archive.definitions(one) is not None
    same = (one.definitions_at, one.definitions_root)
    return bool(before) and same == (before[-1].definitions_at, before[-1].definitions_root)


def is_signed(checkpoint: str | None, one: Seal, verifier: str) -> bool:
    """Whether the checkpoint ends with this seal and carries this key's signature."""
    try:
        spoken = note.parse(checkpoint or "")
    except ValueError:
        return False
    return (
        spoken == one.checkpoint
        and bool(verifier)
        and note.is_signed_by(checkpoint or "", verifier)
    )


def is_newest(archive: Archive, seals: Sequence[Seal]) -> bool:
    """Whether the newest checkpoint is the one of the newest seal."""
    return bool(seals) and archive.newest_checkpoint() == archive.checkpoint(seals[-1].number)


def tokens(archive: Archive) -> Iterator[tuple[int, datetime | None]]:
    """The seals whose checkpoint was dated, and to when; None where the token does not hold."""
    for number in archive.dated():
        try:
            checkpoint = archive.checkpoint(number) or ""
            yield number, dating.moment(archive.token(number), checkpoint, archive.folder)
        except ValueError:
            yield number, None


def changed_copies(
    connection: DuckDBPyConnection,
    archive: Archive,
    seals: Sequence[Seal],
    later: Collection[Seal] = (),
) -> Iterator[Breach]:
    """The seals whose copy in the warehouse is altered, gone, or was never exported.

    `later` are those that only the warehouse has, and is believed to.
    """
    expected = Counter(chain.from_iterable(copies(archive, seals).values()))
    believed = {one.number for one in later}
    found = chain.from_iterable(records.rows(connection, table) for table in records.COPIES)
    there = Counter(row for row in found if row[0] not in believed)
    differing = (expected - there) + (there - expected)
    numbers = {row[0] for row in differing}
    for number in sorted(numbers - {None}):
        yield Breach(what=What.SEAL_ALTERED, seal=number)
    if None in numbers:
        yield Breach(what=What.SEAL_ALTERED, dataset="raw_ledger", table="seal")


def copies(archive: Archive, seals: Sequence[Seal]) -> dict[str, list[records.Row]]:
    """The rows of `records.COPIES` that these seals of the archive make, by table."""
    return {
        "seal": [records.row(one, archive.checkpoint(one.number)) for one in seals],
        "definition_file": list(_definition_changes(archive, seals)),
    }


def _definition_changes(archive: Archive, seals: Sequence[Seal]) -> Iterator[records.Row]:
    """Seal, path and hash of every definition file that changed, by the archive's lists."""
    known: dict[str, str] = {}
    for one in seals:
        if one.definitions_at == one.number:
            files = archive.definitions(one) or {}
            for path, digest in definition_files.changes(known, files).items():
                yield (one.number, path, digest)
            known = files
