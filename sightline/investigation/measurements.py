"""What was measured? Values, judgements, additive parts and forecasts, period by period.

An `Evidence` is made of this, of its surroundings, and of what it knows about KPI and goals.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cached_property

from sightline.audit_case import Point
from sightline.investigation.arithmetic import Reading
from sightline.marts import Marts, Row, ask

# Half a year of weeks, the length of a planning period.
SHOWN_PERIODS = 26


class Measurements:
    """Measured facts of one KPI and scope, and of those beside it."""

    _marts: Marts
    kpi_id: str
    scope: str
    opened: date

    @cached_property
    def evaluation(self) -> Row:
        """The judgement of the latest closed period that has a value, if any has one."""
        query = """
            select * from marts.fct_kpi_evaluation
            where kpi_id = ? and scope = ? and is_closed
            order by value is null, period_start desc limit 1
        """
        return ask(self._marts, query, self.kpi_id, self.scope)[0]

    @cached_property
    def fired_at_once(self) -> bool:
        """Whether the period that opened the episode was beyond the hard floor."""
        query = """
            select coalesce(bool_or(is_beyond_floor), false) as is_beyond
            from marts.fct_kpi_evaluation where kpi_id = ? and scope = ? and period_start = ?
        """
        return bool(ask(self._marts, query, self.kpi_id, self.scope, self.opened)[0]["is_beyond"])

    def points(self, kpi_id: str, scope: str) -> tuple[Point, ...]:
        """The latest half year of closed periods, oldest first."""
        query = """
            select period_start, value, target, floor, status from marts.fct_kpi_evaluation
            where kpi_id = ? and scope = ? and is_closed
            order by period_start desc limit ?
        """
        rows = ask(self._marts, query, kpi_id, scope, SHOWN_PERIODS)
        return tuple(Point(**row) for row in reversed(rows))

    def status(self, kpi_id: str, scope: str) -> str:
        """Status of the latest closed period; `no_data` when there is none."""
        points = self.points(kpi_id, scope)
        return points[-1].status if points else "no_data"

    def nearest_scope(self, kpi_id: str) -> str:
        """The audited scope where the KPI has it, else the whole firm."""
        query = """
            select count(*) as n from marts.fct_kpi_value
            where kpi_id = ? and scope = ? and is_current
        """
        return self.scope if ask(self._marts, query, kpi_id, self.scope)[0]["n"] else "all"

    @cached_property
    def other_scopes(self) -> frozenset[str]:
        """Where else the audited KPI is measured."""
        query = "select distinct scope from marts.fct_kpi_evaluation where kpi_id = ?"
        return frozenset(row["scope"] for row in ask(self._marts, query, self.kpi_id)) - {
            self.scope
        }

    def readings(self, kpi_id: str, scope: str) -> list[Reading]:
        """Additive parts of every closed period that has them, oldest first."""
        query = """
            select reading.period_start, reading.numerator, reading.denominator
            from marts.fct_kpi_value as reading
            inner join marts.fct_kpi_evaluation as evaluation
                on evaluation.kpi_id = reading.kpi_id and evaluation.scope = reading.scope
                and evaluation.period_start = reading.period_start and evaluation.is_closed
            where reading.kpi_id = ? and reading.scope = ? and reading.is_current
                and reading.numerator is not null and reading.denominator is not null
            order by reading.period_start
        """
        return [Reading(**row) for row in ask(self._marts, query, kpi_id, scope)]

    def stale_periods(self, kpi_id: str, scope: str) -> frozenset[date]:
        """Closed periods of which the source was not heard from in time."""
        query = """
            select period_start from marts.fct_kpi_evaluation
            where kpi_id = ? and scope = ? and is_closed and status = 'stale'
        """
        return frozenset(row["period_start"] for row in ask(self._marts, query, kpi_id, scope))

    @cached_property
    def model_hash(self) -> str:
        """The SQL that made the value of the latest judged period; '' where none was recorded."""
        query = """
            select model_hash from marts.fct_kpi_value
            where kpi_id = ? and scope = ? and period_start = ? and is_current
        """
        rows = ask(self._marts, query, self.kpi_id, self.scope, self.evaluation["period_start"])
        return str(rows[0]["model_hash"] or "") if rows else ""

    @cached_property
    def contributions(self) -> dict[str, dict[date, dict[str, Decimal]]]:
        """Parts of the audited KPI's numerator: dimension, period, member."""
        return self._by_member("numerator_part")

    @cached_property
    def bases(self) -> dict[str, dict[date, dict[str, Decimal]]]:
        """Parts of its denominator, of the members that have one: dimension, period, member."""
        return self._by_member("denominator_part")

    def _by_member(self, column: str) -> dict[str, dict[date, dict[str, Decimal]]]:
        query = """
            select * from marts.fct_kpi_contribution where kpi_id = ? and scope = ?
        """
        parts: dict[str, dict[date, dict[str, Decimal]]] = {}
        for row in ask(self._marts, query, self.kpi_id, self.scope):
            if row[column] is not None:
                period = parts.setdefault(row["dimension"], {}).setdefault(row["period_start"], {})
                period[row["member"]] = row[column]
        return parts

    def outlooks(self, key_result_id: str) -> list[Row]:
        """Where a key result was forecast to land, one row a closed period, oldest first."""
        query = """
            select period_start, forecast_progress, forecast_low, forecast_high
            from marts.fct_key_result_outlook where key_result_id = ? order by period_start
        """
        return ask(self._marts, query, key_result_id)
