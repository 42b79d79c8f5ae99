"""Write the proof that one raw row was loaded as it is: for somebody without the warehouse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sightline.errors import SightlineError, UsageError
from sightline.ledger import merkle, raw
from sightline.ledger.archive import Archive
from sightline.ledger.canonical import row_bytes
from sightline.ledger.log_check import read_log

if TYPE_CHECKING:
    from sightline.home import Home
    from sightline.ledger.seal import Seal


def prove(home: Home, *, dataset: str, table: str, load_id: str, row: int) -> dict[str, Any]:
    """The proof as plain values: row → root of its load → seal → signed checkpoint.

    Every key that was introduced stands by its own seal and checkpoint, so that `check_proof.py`
    checks it with nothing but one of the log's keys, the first or a later one. Raises
    NothingCheckedError before the first seal, UsageError for a row that was never sealed,
    SightlineError for one that is not as it was sealed: that can only be proven by whoever
    altered it.
    """
    archive = Archive(home.checkpoints)
    archive.required_checkpoint()
    seals = read_log(archive).seals
    sealed = next((s for s in seals if (s.dataset, s.load_id) == (dataset, load_id)), None)
    rows = sealed.tables[table].rows if sealed is not None and table in sealed.tables else 0
    if sealed is None or not 0 <= row < rows:
        raise UsageError(
            f"no seal speaks of row {row} of {dataset}.{table} in load {load_id}; rows are named "
            "by _dlt_load_id and _row"
        )
    leaves = archive.leaves(sealed.number, table, first=0, rows=rows)
    values = _values(home, dataset, table, load_id, row)
    leaf = merkle.leaf_hash(row_bytes(values, sealed.tables[table].columns))
    if leaf != leaves[row * merkle.SIZE : (row + 1) * merkle.SIZE]:
        raise SightlineError(
            f"row {row} of {dataset}.{table} in load {load_id} is not as it was sealed: "
            "`sightline verify` says more"
        )
    log = b"".join(one.hash for one in seals)
    return {
        "dataset": dataset,
        "table": table,
        "load_id": load_id,
        "row": row,
        "values": values,
        "row_path": [part.hex() for part in merkle.inclusion_path(leaves, row)],
        **_signed(archive, log, sealed, archive.size),
        "introductions": [
            _signed(archive, log, one, one.number + 1) for one in seals if one.introduces
        ],
    }


def _signed(archive: Archive, log: bytes, sealed: Seal, size: int) -> dict[str, Any]:
    """A seal, and what leads from it to the signed checkpoint of the first `size` seals."""
    path = merkle.inclusion_path(log[: size * merkle.SIZE], sealed.number)
    return {
        "seal": sealed.text(),
        "seal_path": [part.hex() for part in path],
        "checkpoint": archive.checkpoint(size - 1),
    }


def _values(home: Home, dataset: str, table: str, load_id: str, row: int) -> dict[str, str]:
    from sightline.warehouse.duckdb import connect

    with connect(home, read_only=True) as connection:
        described = raw.raw_tables(connection).get((dataset, table))
        found = (
            raw.row_texts(connection, described, load_id, row)
            if described is not None and described.is_numbered
            else []
        )
    if len(found) != 1:
        raise SightlineError(
            f"the warehouse holds {len(found)} rows named {row} in load {load_id} of "
            f"{dataset}.{table}: `sightline verify` says more"
        )
    return {name: value for name, value in found[0].items() if value is not None}
