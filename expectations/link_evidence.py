"""Does each KPI that is said to lead a key result lead it? One verdict a leading link.

`supported` needs a lead near the declared lag that chance gives less than 5 % of all links together
(false discovery rate); `insufficient` says what is missing; anything else is `not_supported`, which
is no proof that there is no lead: `docs/leading_indicators.md` says how often one is missed.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from expectations import evidence
from expectations.evidence import ROLL_UP
from expectations.guarded_kpi import guarded_kpis, require_aware
from expectations.leading import FEWEST_PAIRS, Lead, allowed_lags, find_lead, method_version
from expectations.multiplicity import benjamini_hochberg
from sightline.calendar import period_after

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date, datetime

    from duckdb import DuckDBPyConnection

    from expectations.guarded_kpi import Definitions, GuardedKpi

LEVEL = 0.05
FEWEST_PERIODS = 40  # at 26 a lead that explains a half of the surprises is missed every third time
# A KPI that moved twice proves nothing: whatever happened near those two days "follows" it.
FEWEST_MOVES = 10
SERIES = "select kpi_id, scope, period_start, value from intermediate.int_kpi_value"
_PLACES = Decimal("1e-6")

Values = dict["date", Decimal]


class Verdict(StrEnum):
    """What the history says of a claimed lead."""

    SUPPORTED = "supported"
    NOT_SUPPORTED = "not_supported"
    INSUFFICIENT = "insufficient"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkEvidence:
    """One claim and what its history says. Grain: key result, KPI, scope.

    `n` counts periods in which both numbers are known; lags are in periods; `correlation` is
    between surprises. What was not computed is None.
    """

    key_result_id: str
    kpi_id: str
    scope: str
    measure_kpi_id: str | None
    measure_scope: str | None
    declared_lag: int
    best_lag: int | None = None
    n: int = 0
    correlation: Decimal | None = None
    p_value: Decimal | None = None
    q_value: Decimal | None = None
    verdict: Verdict = Verdict.INSUFFICIENT
    reason: str = ""

    def row(self) -> dict[str, Any]:
        """Columns of raw_evidence.link but the two that say when and how."""
        return asdict(self) | {"verdict": self.verdict.value}


@dataclass(frozen=True, slots=True)
class _Claim:
    """A leading link with what it speaks of: the two KPIs, None for one that is not there."""

    link: Mapping[str, Any]
    measure: Mapping[str, Any] | None
    leader: GuardedKpi | None
    follower: GuardedKpi | None


def weigh_links(
    connection: DuckDBPyConnection, catalog: Definitions, *, as_of: datetime
) -> list[dict[str, Any]]:
    """Rows of raw_evidence.link: every leading link in force at `as_of` (aware), closed periods.

    Reads the schema `intermediate` and writes nothing; the same inputs give the same rows. Raises
    UsageError for a naive `as_of`.
    """
    require_aware(as_of)
    kpis = guarded_kpis(catalog)
    series: dict[tuple[str, str], Values] = {}
    for row in evidence.read(connection, SERIES, kpis.values(), as_of):
        if row["value"] is not None and row["value"].is_finite():
            one = series.setdefault((row["kpi_id"], row["scope"]), {})
            one[row["period_start"]] = row["value"]
    weighed = [_weigh(claim, series) for claim in _claims(catalog, kpis, as_of)]
    stamp = {"method": method_version(), "computed_at": as_of}
    return [each.row() | stamp for each in judged(weighed)]


def judged(weighed: Sequence[LinkEvidence]) -> list[LinkEvidence]:
    """The verdicts of tested links, once it is known how many were tested."""
    tested = [each for each in weighed if each.p_value is not None]
    corrected = benjamini_hochberg([float(each.p_value or 1) for each in tested])
    q_values = {id(each): q for each, q in zip(tested, corrected, strict=True)}
    return [
        _decided(each, q_values[id(each)]) if id(each) in q_values else each for each in weighed
    ]


def _claims(
    catalog: Definitions, kpis: Mapping[str, GuardedKpi], as_of: datetime
) -> Iterator[_Claim]:
    links = catalog.rows().get("link", ())
    measures = {link["key_result_id"]: link for link in links if link["role"] == "measure"}
    for link in links:
        if link["role"] == "leading" and link["valid_from"] <= as_of.date() <= link["valid_to"]:
            measure = measures.get(link["key_result_id"])
            follower = kpis.get(measure["kpi_id"]) if measure else None
            yield _Claim(link, measure, kpis.get(link["kpi_id"]), follower)


def _weigh(claim: _Claim, series: Mapping[tuple[str, str], Values]) -> LinkEvidence:
    """The claim with its p-value, or with the reason why it has none."""
    link, measure = claim.link, claim.measure
    said = LinkEvidence(
        key_result_id=link["key_result_id"],
        kpi_id=link["kpi_id"],
        scope=link["scope"],
        measure_kpi_id=measure["kpi_id"] if measure else None,
        measure_scope=measure["scope"] if measure else None,
        declared_lag=link["lag_periods"],
    )
    if measure is None or claim.leader is None or claim.follower is None:
        return replace(said, reason="the key result has no measure to lead")
    if claim.leader.grain != claim.follower.grain:
        grains = f"{claim.leader.grain} against {claim.follower.grain}"
        return replace(said, reason=f"the two are counted over other periods: {grains}")
    if link["scope"] != measure["scope"] and ROLL_UP not in (link["scope"], measure["scope"]):
        places = f"{link['scope']}, its key result of {measure['scope']}"
        return replace(said, reason=f"the leading KPI speaks of {places}")
    leading = series.get((link["kpi_id"], link["scope"]), {})
    following = series.get((measure["kpi_id"], measure["scope"]), {})
    return _tested(said, leading, following, grain=claim.leader.grain)


def _tested(said: LinkEvidence, leading: Values, following: Values, *, grain: str) -> LinkEvidence:
    periods = _periods({**leading, **following}, grain)
    before = [leading.get(day) for day in periods]
    after = [following.get(day) for day in periods]
    pairs = [pair for pair in zip(before, after, strict=True) if None not in pair]
    said = replace(said, n=len(pairs))
    if len(pairs) < FEWEST_PERIODS:
        wanted = f"{len(pairs)} {grain}s with both numbers; {FEWEST_PERIODS} are needed"
        return replace(said, reason=wanted)
    for name, values in (("leading KPI", before), ("key result", after)):
        moves = _moves(values)
        if moves < FEWEST_MOVES:
            wanted = f"the {name} moved in {moves} of {len(pairs)} {grain}s"
            return replace(said, reason=f"{wanted}; {FEWEST_MOVES} are needed")
    lead = find_lead(before, after, declared_lag=said.declared_lag)
    if lead is None:
        wanted = f"under {FEWEST_PAIRS} pairs of surprises are left between the gaps"
        return replace(said, reason=wanted)
    return replace(
        said,
        best_lag=lead.best_lag,
        correlation=_decimal(lead.correlation),
        p_value=_decimal(lead.p_value),
        reason=_told(said, lead, grain),
    )


def _decided(tested: LinkEvidence, q_value: float) -> LinkEvidence:
    supported = q_value <= LEVEL
    head = "leads" if supported else "no lead beyond chance"
    return replace(
        tested,
        q_value=_decimal(q_value),
        verdict=Verdict.SUPPORTED if supported else Verdict.NOT_SUPPORTED,
        reason=f"{head}: {tested.reason}",
    )


def _told(said: LinkEvidence, lead: Lead, grain: str) -> str:
    lags = allowed_lags(said.declared_lag)
    chance = f"p {lead.p_value:.4f}" if lead.p_value >= 0.0001 else "p < 0.0001"
    return (
        f"of {lags[0]} to {lags[-1]} {grain}s, strongest at {lead.best_lag} "
        f"(r {lead.correlation:+.2f}, {chance}, {said.n} {grain}s)"
    )


def _periods(known: Values, grain: str) -> list[date]:
    """Every period from the first known to the last, gaps included."""
    if not known:
        return []
    periods = [min(known)]
    while periods[-1] < max(known):
        periods.append(period_after(periods[-1], grain))
    return periods


def _moves(values: Sequence[Decimal | None]) -> int:
    """How often a known value differs from the one known before."""
    known = [value for value in values if value is not None]
    return sum(one != other for one, other in pairwise(known))


def _decimal(value: float) -> Decimal:
    return Decimal(value).quantize(_PLACES)
