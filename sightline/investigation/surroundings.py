"""What else changed around a KPI, and what happened to it before?

An `Evidence` is made of this and of what it knows about the KPI, its goals and its measurements.
"""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any, Protocol

Row = dict[str, Any]


class Cursor(Protocol):
    """What a query gives back (DB-API)."""

    @property
    def description(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...


class Marts(Protocol):
    """A connection whose database has a schema `marts`; parameters are question marks."""

    def execute(self, query: str, parameters: object = ..., /) -> Cursor: ...


class Surroundings:
    """What the published marts know around one KPI and scope, as it was known at `as_of`."""

    _marts: Marts
    as_of: datetime
    case_id: str
    kpi_id: str
    scope: str

    def _rows(self, query: str, *parameters: object) -> list[Row]:
        cursor = self._marts.execute(query, list(parameters))
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    # What else changed, and what happened before

    @cached_property
    def definition_changes(self) -> list[Row]:
        """Changes of definitions and of the SQL behind KPIs that were seen by then, oldest first.

        Targets are left out: `targets` tells them with who approved them.
        """
        query = """
            select kind, definition_id, field, change, seen_at, file, author, is_loosening
            from marts.fct_definition_change where seen_at <= ? and kind <> 'kpi_target'
            order by seen_at, kind, definition_id, field
        """
        return self._rows(query, self.as_of.replace(tzinfo=None))

    @cached_property
    def restatements(self) -> list[Row]:
        """Published values of the audited KPI and scope that were said anew, oldest first."""
        query = """
            select period_start, restated_at, class from marts.fct_restatement
            where kpi_id = ? and scope = ? and restated_at <= ? and materiality <> 'immaterial'
            order by restated_at, period_start, version
        """
        return self._rows(query, self.kpi_id, self.scope, self.as_of.replace(tzinfo=None))

    @cached_property
    def past_cases(self) -> list[Row]:
        """Cases of the same KPI that were closed before, those of this scope first, then newest."""
        query = """
            select case_id, closed_at, cause_code, what_helped from marts.fct_audit_case
            where kpi_id = ? and case_id <> ? and closed_at <= ?
            order by scope <> ?, closed_at desc, case_id limit 3
        """
        before = self.as_of.replace(tzinfo=None)
        return self._rows(query, self.kpi_id, self.case_id, before, self.scope)
