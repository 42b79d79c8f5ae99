"""What else is known around a KPI: what changed, what happened before, and who doubts the number?

An `Evidence` is made of this, of its measurements, and of what it knows about KPI and goals.
"""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

from sightline.edits import BEHIND
from sightline.marts import Marts, Row, ask


class Surroundings:
    """What the published marts know around one KPI and scope, as it was known at `as_of`."""

    _marts: Marts
    as_of: datetime
    case_id: str
    kpi_id: str
    scope: str

    @cached_property
    def definition_changes(self) -> list[Row]:
        """Changes of definitions and of the SQL behind KPIs that were seen by then, oldest first.

        Targets that were added are left out: `targets` tells them with who approved them.
        """
        query = """
            select kind, definition_id, field, change, old_value, new_value, seen_at, file, author,
                is_loosening
            from marts.fct_definition_change
            where seen_at <= ? and (kind <> 'kpi_target' or change <> 'added')
            order by seen_at, kind, definition_id, field
        """
        return ask(self._marts, query, self.as_of.replace(tzinfo=None))

    @cached_property
    def restatements(self) -> list[Row]:
        """Published values of the audited KPI and scope that were said anew, oldest first.

        `edits` are the rows of `fct_restated_row` behind each, as far as known.
        """
        query = f"""
            with behind as ({BEHIND})
            select said.period_start, said.restated_at, said.class,
                coalesce(behind.edits, []) as edits
            from marts.fct_restatement as said
            left join behind using (kpi_id, scope, period_start, version)
            where kpi_id = ? and scope = ? and restated_at <= ? and materiality <> 'immaterial'
            order by restated_at, period_start, version
        """  # noqa: S608 - the only thing spliced in is a constant
        return ask(self._marts, query, self.kpi_id, self.scope, self.as_of.replace(tzinfo=None))

    @cached_property
    def tracker_changes(self) -> list[Row]:
        """Changes of statuses and due dates in the project tracker by then, oldest first."""
        query = """
            select issue_key, issue_type, summary, labels, field, changed_at, old_value, new_value
            from marts.fct_tracker_change where changed_at <= ?
            order by changed_at, issue_key, field
        """
        return ask(self._marts, query, self.as_of.replace(tzinfo=None))

    @cached_property
    def past_cases(self) -> list[Row]:
        """Cases of the same KPI that were closed before, those of this scope first, then newest.

        What was reopened did not help, so a case counts only while it is closed.
        """
        query = """
            select case_id, closed_at, cause_code, what_helped from marts.fct_audit_case
            where kpi_id = ? and case_id <> ? and closed_at <= ? and state = 'closed'
            order by scope <> ?, closed_at desc, case_id limit 3
        """
        before = self.as_of.replace(tzinfo=None)
        return ask(self._marts, query, self.kpi_id, self.case_id, before, self.scope)

    @cached_property
    def findings(self) -> list[Row]:
        """Guards' questions about the audited KPI and scope, the latest period first."""
        query = """
            select * from marts.fct_integrity_finding where kpi_id = ? and scope = ?
            order by period_start desc nulls last, finding_id
        """
        return ask(self._marts, query, self.kpi_id, self.scope)

    @property
    def open_findings(self) -> list[Row]:
        """Those to which nobody has accepted an answer yet."""
        return [row for row in self.findings if row["answer_state"] != "accepted"]

    @cached_property
    def source_comparisons(self) -> list[Row]:
        """Periods of the audited KPI and scope that a second source reports too, oldest first."""
        query = """
            select * from marts.fct_source_comparison
            where kpi_id = ? and scope = ? and outcome <> 'not_comparable'
            order by period_start, other_row
        """
        return ask(self._marts, query, self.kpi_id, self.scope)

    @cached_property
    def early_warnings(self) -> list[Row]:
        """Who had declared a key result not on track before this breach could be seen."""
        query = """
            select warning.*, key_result.name as key_result_name
            from marts.fct_early_warning as warning
            inner join marts.dim_key_result as key_result
                on key_result.key_result_id = warning.key_result_id
            where warning.episode_id = ? order by warning.declared_at, warning.key_result_id
        """
        return ask(self._marts, query, self.case_id)
