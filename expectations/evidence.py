"""Read what guards judge, closed periods only, and tell by a hash whether to judge it again."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from expectations.guard import Kind, Row, load
from expectations.guarded_kpi import Definitions, GuardedKpi, guarded_kpis, require_aware

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from duckdb import DuckDBPyConnection

ROLL_UP = "all"
JUDGED_PERIODS = "select distinct kpi_id, scope, period_start from intermediate.int_kpi_value"

# A row of a period still open says nothing yet, and would change the hash at every pull.
_CLOSED = """
select evidence.*
from ({query}) as evidence
inner join (select unnest($kpis) as kpi_id, unnest($closed) as closed_until) as calendar
    on evidence.kpi_id = calendar.kpi_id
where evidence.period_start is null or evidence.period_start <= calendar.closed_until
"""


def read(
    connection: DuckDBPyConnection, query: str, kpis: Iterable[GuardedKpi], as_of: datetime
) -> list[Row]:
    """Rows of a guard's evidence for these KPIs up to their last closed period; numbers exact."""
    cursor = connection.cursor()
    cursor.execute(_CLOSED.format(query=query), _calendar(kpis, as_of))
    columns = [column[0] for column in cursor.description or ()]
    return [dict(zip(columns, values, strict=True)) for values in cursor.fetchall()]


def input_hash(connection: DuckDBPyConnection, catalog: Definitions, *, as_of: datetime) -> str:
    """SHA-256 over what makes another judgement due: same hash, the last one holds.

    Covers the definitions, the code of the guards, the version of Great Expectations, the last
    closed period of each KPI, the judged periods and the evidence of facts. Statistics are looked
    at again when a period closed, not when a value moved: looks at every tick alarm by chance.
    Evidence that cannot be read is hashed as its error. Costs no import of Great Expectations.
    Raises UsageError for a naive `as_of`.
    """
    require_aware(as_of)
    kpis = guarded_kpis(catalog)
    digest = hashlib.sha256()
    pieces = [catalog.content_hash, version("great-expectations"), _code_hash()]
    pieces += [f"{kpi.kpi_id} {kpi.closed_until(as_of)}" for kpi in kpis.values() if kpi.guards]
    pieces.append(_query_hash(connection, JUDGED_PERIODS, kpis.values(), as_of))
    for guard, guarded in by_guard(kpis).items():
        pieces.append(guard)
        try:
            called = load(guard).GUARD
            if called.kind is Kind.STRUCTURAL:
                pieces.append(_query_hash(connection, called.evidence, guarded, as_of))
        except Exception as problem:
            pieces.append(f"unreadable: {type(problem).__name__}: {problem}")
    for piece in pieces:
        digest.update(f"{len(piece)}:{piece}".encode())
    return digest.hexdigest()


def by_guard(kpis: Mapping[str, GuardedKpi]) -> dict[str, list[GuardedKpi]]:
    """The KPIs each guard is declared for, sorted by the guard's name."""
    declared = sorted({guard for kpi in kpis.values() for guard in kpi.guards})
    return {guard: [kpi for kpi in kpis.values() if guard in kpi.guards] for guard in declared}


def _calendar(kpis: Iterable[GuardedKpi], as_of: datetime) -> dict[str, Sequence[str | date]]:
    listed = list(kpis)
    return {
        "kpis": [kpi.kpi_id for kpi in listed],
        "closed": [kpi.closed_until(as_of) for kpi in listed],
    }


def _query_hash(
    connection: DuckDBPyConnection, query: str, kpis: Iterable[GuardedKpi], as_of: datetime
) -> str:
    closed = _CLOSED.format(query=query)
    lines = f"select cast(to_json(line) as varchar) as text from ({closed}) as line"  # noqa: S608 - a guard file's constant
    hashed = f"select sha256(coalesce(string_agg(text, chr(10) order by text), '')) from ({lines})"  # noqa: S608 - as above
    row = connection.cursor().execute(hashed, _calendar(kpis, as_of)).fetchone()
    return str(row[0]) if row else ""


def _code_hash() -> str:
    folder = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
