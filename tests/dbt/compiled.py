"""One compiled model run on rows of a test's own, in an empty DuckDB: many examples a query."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa

from tests.dbt.conftest import Built

Row = dict[str, Any]
_RELATION = re.compile(r'"warehouse"\."\w+"\."(\w+)"')
_MEASURE = pa.decimal128(38, 9)


class Compiled:
    """A model as dbt compiled it; `rows` feeds it tables by the names of its inputs."""

    def __init__(self, built: Built, stage: str, name: str) -> None:
        self._query = _RELATION.sub(r"\1", built.models(stage)[name]["compiled_code"])

    def rows(self, **given: Sequence[Row]) -> list[Row]:
        """What the model says of the given rows; every one of its inputs has to be given."""
        with duckdb.connect() as connection:
            connection.execute("set timezone = 'UTC'")
            for name, rows in given.items():
                connection.register(name, _table(rows))
            cursor = connection.execute(self._query)
            columns = [column[0] for column in cursor.description or ()]
            return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def _table(rows: Sequence[Row]) -> pa.Table:
    """Rows as Arrow; numbers are measures, and a column without any value fits any type."""
    columns = {}
    for name in rows[0]:
        values = [row[name] for row in rows]
        is_measure = any(isinstance(value, Decimal) for value in values)
        columns[name] = pa.array(values, type=_MEASURE if is_measure else None)
    return pa.table(columns)
