"""`python -m ingestion.workbook JOB...` prints one line a file, under limits of time and memory."""

from __future__ import annotations

import json
import resource
import sys
import traceback
from collections.abc import Sequence
from contextlib import redirect_stdout
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
            with redirect_stdout(sys.stderr):  # a reader may print, and each line is an answer
                line = _read(**json.loads(job)).to_json()
        except MemoryError:
            raise
        except Refusal as refusal:
            line = json.dumps({"rule": refusal.rule, "reason": refusal.reason})
        except Exception as error:
            at = traceback.extract_tb(error.__traceback__)[-1]
            reason = (
                f"its reader stumbled over what is in it ({type(error).__name__} at "
                f"{Path(at.filename).name}:{at.lineno}: {' '.join(str(error).split())[:200]}); "
                "open it in the program it was made with and save it anew"
            )
            line = json.dumps({"rule": "unreadable", "reason": reason})
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
