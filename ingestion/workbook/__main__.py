"""`python -m ingestion.workbook JOB...` prints one line a file, under limits of time and memory."""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Sequence
from pathlib import Path

from ingestion.workbook import CPU_SECONDS, MEMORY_BYTES
from ingestion.workbook.reading import Reading, Refusal


def main(jobs: Sequence[str]) -> None:
    """Read files in order: a list is a reading, an object a refusal; a crash ends the output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    most = resource.getrlimit(resource.RLIMIT_CPU)[1]
    for job in jobs:
        spent = resource.getrusage(resource.RUSAGE_SELF)
        until = int(spent.ru_utime + spent.ru_stime) + CPU_SECONDS  # each file has its own time
        resource.setrlimit(resource.RLIMIT_CPU, (until, most))
        try:
            line = _read(**json.loads(job)).to_json()
        except Refusal as refusal:
            line = json.dumps({"rule": refusal.rule, "reason": refusal.reason})
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def _read(path: str, encoding: str | None, delimiter: str | None) -> Reading:
    from ingestion.workbook import delimited, ods, xlsx

    file = Path(path)
    if encoding and delimiter:
        return delimited.read(file, encoding, delimiter)
    return ods.read(file) if file.suffix.lower() == ".ods" else xlsx.read(file)


if __name__ == "__main__":
    main(sys.argv[1:])
