"""Where does every objective stand? The content of the board and of the terminal card."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING

from reports import marts, outlook, wording
from reports.due import Due, due
from reports.episodes import Episode, open_episodes
from reports.links import WeakLink, weak_links
from reports.marts import finite
from reports.notes import notes
from reports.status import LEADS, Mark, mark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.marts import Marts, Row

_SHORT = {"week": "wk", "month": "mo", "quarter": "qtr"}
_SHARE_OF_PERIODS = frozenset({"stay_at_or_above", "stay_at_or_below", "within_range"})


@dataclass(frozen=True, slots=True)
class LinkedKpi:
    """One KPI under a key result, as of the latest closed period; `trend` is oldest first.

    `lead` marks whether its history shows that it leads; None in any other role.
    """

    kpi_id: str
    name: str
    role: str
    lead: Mark | None
    owner: str
    unit: str
    decimals: int
    direction: str
    value: Decimal | None
    target: Decimal | None
    mark: Mark
    integrity_verdict: str | None
    grade: str
    seen: str
    note: str
    case_id: str | None
    finding_id: str | None
    trend: tuple[Decimal | None, ...]


@dataclass(frozen=True, slots=True)
class KeyResult:
    """One key result; shares are of 1, `progress` is clamped to 0..1.

    `share_of` names the periods of which progress is a share; empty for what moves to a target.
    `landing` is where it is forecast to end, `declared` what people expect; empty when unknown.
    """

    key_result_id: str
    name: str
    unit: str
    decimals: int
    value: Decimal | None
    target: Decimal | None
    progress: Decimal | None
    expected: Decimal | None
    mark: Mark
    is_verified: bool
    share_of: str
    remark: str
    landing: str
    declared: str
    kpis: tuple[LinkedKpi, ...]


@dataclass(frozen=True, slots=True)
class Objective:
    """One objective: weighted mean and weakest link, both shown."""

    objective_id: str
    name: str
    owner: str
    period_from: date
    period_to: date
    progress: Decimal | None
    expected: Decimal | None
    coverage: Decimal | None
    weakest: str | None
    weakest_progress: Decimal | None
    mark: Mark
    key_results: tuple[KeyResult, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Glance:
    """Everything a reader sees first. `as_of` is None only when nothing was judged yet."""

    as_of: datetime | None
    objectives: tuple[Objective, ...]
    episodes: tuple[Episode, ...]
    weak_links: tuple[WeakLink, ...] = ()
    seal: Row | None = None
    response_time: Row | None = None
    overdue: tuple[Due, ...] = ()


@dataclass(frozen=True, slots=True)
class _Background:
    """What is looked up beside a row of `rpt_one_glance`."""

    trends: dict[tuple[str, str], tuple[Decimal | None, ...]]
    findings: dict[tuple[str, str], Row] = field(default_factory=dict)
    rejections: dict[tuple[str, date], list[str]] = field(default_factory=dict)
    restated: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    key_results: dict[str, Row] = field(default_factory=dict)
    objectives: dict[str, Row] = field(default_factory=dict)
    leads: dict[tuple[str, str, str], Mark] = field(default_factory=dict)
    notes: dict[str, tuple[str, ...]] = field(default_factory=dict)


def read_glance(connection: Marts) -> Glance:
    """Read the marts once and arrange them; no number is computed here."""
    rows = marts.one_glance(connection)
    background = _Background(
        trends={
            key: tuple(finite(row["value"]) for row in group)
            for key, group in groupby(
                marts.trends(connection), key=lambda row: (row["kpi_id"], row["scope"])
            )
        },
        key_results={row["key_result_id"]: row for row in marts.key_results(connection)},
        objectives={row["objective_id"]: row for row in marts.objectives(connection)},
        leads={
            (row["key_result_id"], row["kpi_id"], row["scope"]): LEADS[row["verdict"]]
            for row in marts.lead_verdicts(connection)
        },
        restated={
            (row["kpi_id"], row["scope"]): wording.restated(row["restated"], row["moved"])
            for row in marts.restated(connection)
        },
        notes=notes(connection),
    )
    for row in marts.rejections(connection):
        told = background.rejections.setdefault((row["kpi_id"], row["period_start"]), [])
        told.append(wording.rejected(row["rejected_rows"], row["source"], row["table_name"]))
    for finding in marts.findings(connection):
        # a roll-up is doubted for what was found at one of its sites
        for scope in (finding["scope"], "all"):
            background.findings.setdefault((finding["kpi_id"], scope), finding)
    as_of = max((row["as_of"] for row in rows if row["as_of"]), default=None)
    return Glance(
        as_of=as_of,
        objectives=tuple(
            _objective(list(group), background)
            for _, group in groupby(rows, key=lambda row: row["objective_id"])
        ),
        episodes=tuple(open_episodes(connection)),
        weak_links=weak_links(connection),
        seal=marts.newest_seal(connection),
        response_time=marts.response_time(connection),
        overdue=tuple(
            each for each in due(connection) if as_of is not None and each.on < as_of.date()
        ),
    )


def _objective(rows: Sequence[Row], background: _Background) -> Objective:
    first = rows[0]
    latest = background.objectives.get(first["objective_id"], {})
    weakest_id = latest.get("weakest_key_result_id")
    key_results = tuple(
        _key_result(list(group), background, is_weakest=key_result_id == weakest_id)
        for key_result_id, group in groupby(rows, key=lambda row: row["key_result_id"])
    )
    verified = all(key_result.is_verified for key_result in key_results)
    return Objective(
        objective_id=first["objective_id"],
        name=wording.plain(first["objective_name"]),
        owner=wording.plain(first["objective_owner"] or "no owner"),
        period_from=first["period_from"],
        period_to=first["period_to"],
        progress=finite(first["objective_progress"]),
        expected=finite(first["objective_expected_progress"]),
        coverage=finite(latest.get("coverage")),
        weakest=next((k.name for k in key_results if k.key_result_id == weakest_id), None),
        weakest_progress=finite(latest.get("weakest_progress")),
        mark=mark(first["objective_status"], "trusted" if verified else "insufficient"),
        key_results=key_results,
        notes=background.notes.get(first["objective_id"], ()),
    )


def _key_result(rows: Sequence[Row], background: _Background, *, is_weakest: bool) -> KeyResult:
    first = rows[0]
    latest = background.key_results.get(first["key_result_id"], {})
    measures = [row for row in rows if row["role"] == "measure"] or [first]
    verdict = _weakest_verdict([row["integrity_verdict"] for row in measures])
    coverage = finite(latest.get("coverage"))
    remarks = ["weakest link"] if is_weakest else []
    if coverage is not None and coverage < 1:
        remarks.append(f"{wording.percent(coverage)} of the data")
    if latest.get("overshoot"):
        remarks.append("beyond target")
    remarks += outlook.signals(latest)
    unit, decimals = wording.plain(measures[0]["unit_symbol"] or ""), measures[0]["decimals"] or 0
    return KeyResult(
        key_result_id=first["key_result_id"],
        name=wording.plain(first["key_result_name"]),
        unit=unit,
        decimals=decimals,
        value=finite(latest.get("value")),
        target=finite(latest.get("target")),
        progress=finite(first["key_result_progress"]),
        expected=finite(first["key_result_expected_progress"]),
        mark=mark(first["key_result_status"], verdict),
        is_verified=verdict == "trusted",
        share_of=f"{latest['grain']}s" if latest.get("kind") in _SHARE_OF_PERIODS else "",
        remark=", ".join(remarks),
        landing=outlook.landing(latest, unit, decimals),
        declared=outlook.declared(latest),
        kpis=tuple(_linked_kpi(row, background) for row in rows if row["kpi_id"]),
    )


def _weakest_verdict(verdicts: Sequence[str | None]) -> str | None:
    for verdict in ("contested", "insufficient", None):
        if verdict in verdicts:
            return verdict
    return "trusted"


def _linked_kpi(row: Row, background: _Background) -> LinkedKpi:
    key = (row["kpi_id"], row["scope"])
    notes = ["typed by hand"] if row["provenance"] == "typed" else []
    if row["integrity_verdict"] == "contested" and key in background.findings:
        notes.append(_shortened(wording.plain(background.findings[key]["observed"])))
    notes += background.rejections.get((row["kpi_id"], row["period_start"]), [])
    notes += background.restated.get(key, [])
    role, is_leading = row["role"], row["role"] == "leading"
    if row["lag_periods"]:
        role += f" · {row['lag_periods']} {_SHORT.get(row['grain'], row['grain'])}"
    return LinkedKpi(
        kpi_id=row["kpi_id"],
        name=wording.scoped(row["kpi_name"], row["scope"]),
        role=role,
        lead=background.leads.get((row["key_result_id"], *key)) if is_leading else None,
        owner=wording.plain(row["kpi_owner"] or "no owner"),
        unit=wording.plain(row["unit_symbol"] or ""),
        decimals=row["decimals"] or 0,
        direction=row["direction"],
        value=finite(row["value"]),
        target=finite(row["target"]),
        mark=mark(row["status"], row["integrity_verdict"]),
        integrity_verdict=row["integrity_verdict"],
        grade=row["integrity_grade"] or "U",
        seen=wording.age(row["source_last_seen_at"], row["as_of"]),
        note="; ".join(notes),
        case_id=row["open_episode_id"],
        finding_id=background.findings[key]["finding_id"] if key in background.findings else None,
        trend=background.trends.get(key, ()),
    )


def _shortened(text: str, length: int = 64) -> str:
    return text if len(text) <= length else text[: length - 1].rsplit(" ", 1)[0] + " …"
