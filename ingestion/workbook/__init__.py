"""Files of tables (xlsx, ods, csv) → their cells, read where they can do no harm.

A workbook is a stranger's zip of XML, and 2 MB of it can ask for minutes and gigabytes: sizes are
looked up before anything is unpacked, and `python -m ingestion.workbook` reads under limits of time
and memory. A file that cannot be read is refused by itself; it takes no other file along.
"""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import takewhile
from pathlib import Path

from ingestion.workbook.reading import Reading, Refusal

MOST_BYTES = 200 * 1024 * 1024  # unpacked
MOST_RATIO = 100  # unpacked to packed; honest sheets lie between 5 and 20
CPU_SECONDS = 60
MEMORY_BYTES = 4 * 1024**3
ZIPPED = (".xlsx", ".xlsm", ".ods")
_COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")  # how Office stores what it encrypts, and old files
DELIMITED = (".csv", ".tsv", ".txt")


@dataclass(frozen=True, slots=True)
class Job:
    """One file to read; what is no zip needs to be told its code page and delimiter."""

    path: Path
    encoding: str | None = None
    delimiter: str | None = None

    def as_text(self) -> str:
        return json.dumps(asdict(self) | {"path": str(self.path)})


def check_sizes(path: Path) -> None:
    """Raise Refusal for what is no zip, or would unpack too large; only its directory is read."""
    if path.suffix.lower() not in ZIPPED:
        if path.stat().st_size > MOST_BYTES:
            raise Refusal("too_large", f"it has more than {MOST_BYTES:,} bytes; divide it")
        return
    with path.open("rb") as content:
        if content.read(len(_COMPOUND)) == _COMPOUND:
            raise Refusal(
                "not_a_workbook",
                "it is protected by a password, or an old .xls under a new name; save it as "
                f"{path.suffix} without one",
            )
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError) as error:
        raise Refusal("not_a_workbook", f"it is no {path.suffix} workbook: {error}") from error
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    if unpacked > MOST_BYTES or unpacked > MOST_RATIO * packed:
        raise Refusal(
            "too_large",
            f"it is refused unread: it would unpack to {unpacked:,} bytes, {unpacked // packed} "
            f"times its size; the limits are {MOST_BYTES:,} bytes and {MOST_RATIO} times. Save "
            "the sheet anew without its empty formatted area",
        )


def read_all(jobs: Sequence[Job]) -> Iterator[Reading | Refusal]:
    """The reading of each file in order, or why there is none; one child where all is well."""
    waiting = list(jobs)
    while waiting:
        refusal = _too_large(waiting[0])
        if refusal is not None:
            waiting.pop(0)
            yield refusal
            continue
        for answer in _answers(list(takewhile(lambda job: _too_large(job) is None, waiting))):
            waiting.pop(0)
            yield answer


def _too_large(job: Job) -> Refusal | None:
    try:
        check_sizes(job.path)
    except Refusal as refusal:
        return refusal
    return None


def _answers(batch: Sequence[Job]) -> Iterator[Reading | Refusal]:
    """What the child says of each file; of one that ended the child, that it did, as the last."""
    command = [sys.executable, "-m", "ingestion.workbook", *(job.as_text() for job in batch)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own module
    lines = done.stdout.splitlines()
    for line in lines:
        yield Reading.from_json(line) if line.startswith("[") else Refusal(**json.loads(line))
    if len(lines) < len(batch):
        reason = (done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"])[-1]
        yield Refusal(
            "unreadable",
            f"it cannot be read within {CPU_SECONDS} s and {MEMORY_BYTES:,} bytes: {reason}",
        )
