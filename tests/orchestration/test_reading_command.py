"""`sightline status` over marts that know of nothing."""

import duckdb
import pytest

from orchestration.commands import reading
from sightline.errors import NothingCheckedError
from tests.reports.firm import Firm


def test_no_objective_is_no_clean_bill(monkeypatch: pytest.MonkeyPatch) -> None:
    firm = Firm()
    tables = firm.marts.execute("select schema_name, table_name from duckdb_tables()").fetchall()
    for schema, table in tables:
        firm.marts.execute(f"delete from {schema}.{table}")

    def emptied() -> duckdb.DuckDBPyConnection:
        return firm.marts

    monkeypatch.setattr(reading, "marts", emptied)
    with pytest.raises(NothingCheckedError, match="no objective"):
        reading.status(objective=None)
