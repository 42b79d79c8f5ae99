"""Is everything as it was sealed? Warehouse, archive and definition files, compared as a whole."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from sightline.errors import SightlineEnvironmentError, UsageError
from sightline.ledger import definition_files, raw
from sightline.ledger.archive import Archive
from sightline.ledger.breach import Breach, What
from sightline.ledger.landing import altered
from sightline.ledger.log_check import (
    Log,
    behind,
    changed_copies,
    later_seals,
    read_log,
    tokens,
)
from sightline.ledger.row_check import RowCheck
from sightline.ledger.row_count import RowCount
from sightline.ledger.slices import TableName, slices

if TYPE_CHECKING:
    from sightline.home import Home


_NOTED = re.compile(r"\d+:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What a verification looked at, what it found, and what it remarks without finding fault."""

    seals: int
    rows: int
    root: str
    breaches: tuple[Breach, ...]
    remarks: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "seals": self.seals,
            "rows": self.rows,
            "root": self.root,
            "findings": [breach.as_dict() for breach in self.breaches],
            "remarks": list(self.remarks),
        }

    def text(self) -> str:
        """The findings, the remarks and one line that sums up."""
        count = len(self.breaches)
        verdict = f"{count} finding{'' if count == 1 else 's'}" if count else "all as sealed"
        summary = (
            f"{self.rows} rows of {self.seals} seals re-hashed: {verdict}; log root {self.root}"
        )
        remarks = [f"remark: {remark}" for remark in self.remarks]
        return "\n".join([*map(str, self.breaches), *remarks, summary])


def verify(
    home: Home, keys: Mapping[TableName, Collection[str]], *, noted: Collection[str] = ()
) -> Verification:
    """Compare every raw row, seal, checkpoint and definition file with the archive.

    `keys` names the key columns by table, for telling an altered row; `noted` are roots of the log
    that somebody kept, as in `41:5bb3…`. Where only the warehouse has a seal, its rows are counted
    and not hashed. Writes nothing. Raises NothingCheckedError before the first seal, UsageError for
    what is no root, SightlineEnvironmentError when another process holds the warehouse.
    """
    for root in noted:
        if not _NOTED.fullmatch(root):
            raise UsageError(
                f"{root} is no root: write the number of the seal, a colon and 64 hexadecimal "
                "digits, as digest, board and `sightline ledger root` have them"
            )
    archive = Archive(home.checkpoints)
    if not home.warehouse.exists():
        archive.required_checkpoint()
        raise SightlineEnvironmentError(
            f"{archive.size} loads are sealed, but {home.warehouse} is not there: restore it"
        )
    from sightline.warehouse.duckdb import connect

    with connect(home, read_only=True) as connection:
        missing = behind(connection, archive)
        if missing is not None and not archive.size:
            return Verification(seals=0, rows=0, root="none", breaches=(missing,), remarks=())
        archive.required_checkpoint()
        log = read_log(archive)
        if not log.seals:
            raise SightlineEnvironmentError(f"no seal can be read in {archive.folder}: restore it")
        later = later_seals(connection, log)
        breaches = [*log.breaches, *([missing] if missing is not None else [])]
        breaches += changed_copies(connection, archive, log.seals, later)
        if missing is None:
            breaches += altered(connection, archive)
        tables, sealed, whole = raw.raw_tables(connection), log.sealed(), Log([*log.seals, *later])
        count = RowCount(connection, tables, whole.sealed())
        breaches += count.unsealed(archive.announced())
        check = RowCheck(connection, archive, tables, sealed, keys)
        breaches += chain.from_iterable(check.altered(slices(sealed)).values())
        lost = whole.accepted()
        breaches = check.named(breach for breach in breaches if not breach.is_loss_of(lost))
    roots = {one.checkpoint.noted_root for one in whole.seals}
    breaches += [
        Breach(what=What.ROOT_DIFFERS, seal=int(root.partition(":")[0]))
        for root in noted
        if root not in roots
    ]
    newest = log.seals[-1]
    dated = dict(tokens(archive))
    breaches += [
        Breach(what=What.DATE_INVALID, seal=number)
        for number, moment in dated.items()
        if moment is None
    ]
    in_force = definition_files.in_force(home)
    if definition_files.root(in_force) != whole.seals[-1].definitions_root:
        breaches += [
            Breach(what=What.DEFINITION_CHANGED, path=path)
            for path in definition_files.changes(archive.definitions(newest) or {}, in_force)
        ]
    return Verification(
        seals=len(log.seals),
        rows=sum(one.rows for one in log.seals),
        root=newest.checkpoint.noted_root,
        breaches=tuple(breaches),
        remarks=(
            *(
                f"an authority dated the log up to seal {number} to {moment.isoformat()}"
                for number, moment in list(dated.items())[-1:]
                if moment is not None
            ),
            *(
                f"{len(one.accepts.loads)} loads are lost; {one.accepts.author} went on without "
                f"them on {one.sealed_at:%Y-%m-%d}: {one.accepts.reason}"
                for one in log.seals
                if one.accepts is not None
            ),
            *(
                f"load {one.load_id} of {one.dataset} was sealed late: the pull that made it died"
                for one in log.seals
                if one.is_late
            ),
            *(
                f"load {load_id} of {dataset} was announced and is not sealed: the next pull will"
                for dataset, load_id in archive.announced()
            ),
        ),
    )
