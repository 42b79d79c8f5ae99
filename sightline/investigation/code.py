"""Which code writes a case? A hash of all that decides its words and numbers but the data.

That is this package, the audit questions and whatever of Sightline they import, the record they
fill, the SQL of the marts they read, and the pinned versions of what runs them.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

WRITES = (
    "sightline/investigation/**/*.py",
    "sightline/audits/*.py",
    "sightline/audit_case.py",
    "sightline/casebook/deadlines.py",
    "sightline/edits.py",
    "sightline/marts.py",
    "sightline/registry.py",
    "dbt_project/models/**/*.sql",
    "dbt_project/macros/**/*.sql",
    "locks/runtime.txt",
)
_DRAWS = ("reports/**/*.py", "reports/templates/*.j2")


def code_hash(checkout: Path, *, with_page: bool = False) -> str:
    """SHA-256 over the names and contents of the files that decide what a case says.

    For its page, also of those that draw it.
    """
    digest = hashlib.sha256()
    patterns = (*WRITES, *(_DRAWS if with_page else ()))
    for path in sorted(found for pattern in patterns for found in checkout.glob(pattern)):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(checkout).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()
