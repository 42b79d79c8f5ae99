"""What else changed at that time? Targets, policies, definitions, formulas, values, the plan.

A coincidence only says that two things happened together.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from sightline import edits
from sightline.audit_case import Cause
from sightline.investigation.evidence import Evidence, Row
from sightline.investigation.wording import counted, hard_limit, limit, listed, plain

# A decision taken up to four weeks before the first bad period, or since, is in the window.
WINDOW = timedelta(weeks=4)

# A plan changes every week; what is not named is counted.
NAMED_CHANGES = 5

# What a firm promises by a day; work packages are how it gets there.
_PROMISES = frozenset({"Initiative", "Milestone"})

_RESTATED = {
    "event": "source rows changed after publication",
    "master_data": "master data changed after publication",
    "manual": "a typed value was changed after publication",
    "formula": "the formula was changed",
}


def coincidences(evidence: Evidence) -> Iterator[Cause]:
    """Changes in the window, targets first, each with its day."""
    yield from _targets(evidence)
    yield from _policies(evidence)
    yield from _definitions(evidence)
    yield from _restatements(evidence)
    yield from _tracker(evidence)


def _is_near(evidence: Evidence, day: date) -> bool:
    return evidence.onset - WINDOW <= day <= evidence.as_of.date()


def _targets(evidence: Evidence) -> Iterator[Cause]:
    names = {"target": "target", "floor": hard_limit(evidence.kpi)}
    for before, now in pairwise(evidence.targets):
        moved = [
            f"the {name} moved from {_limit(evidence, before[column])} "
            f"to {_limit(evidence, now[column])}"
            for column, name in names.items()
            if before[column] != now[column]
        ]
        if moved and _is_near(evidence, now["valid_from"]):
            approvers = evidence.role_names(now["approved_by"])
            yield _coincidence(now["valid_from"], f"{listed(moved)}, approved by {approvers}")


def _limit(evidence: Evidence, value: Decimal | str | None) -> str:
    return "none" if value is None else limit(evidence.kpi, Decimal(value))


def _policies(evidence: Evidence) -> Iterator[Cause]:
    policy = evidence.policy
    if policy is None:
        return
    if _is_near(evidence, policy["approved_on"]):
        yield _coincidence(policy["approved_on"], f"the policy “{policy['name']}” was approved")
    if _is_near(evidence, policy["valid_from"]):
        yield _coincidence(policy["valid_from"], f"the policy “{policy['name']}” came into force")


def _definitions(evidence: Evidence) -> Iterator[Cause]:
    ours = {evidence.kpi_id, *([evidence.policy["policy_id"]] if evidence.policy else [])}
    for row in evidence.definition_changes:
        about = row["definition_id"].partition("/")[0]
        is_ours = about in ours or (row["kind"] == "formula" and about in evidence.drivers)
        if is_ours and _is_near(evidence, row["seen_at"].date()):
            yield _coincidence(row["seen_at"].date(), _changed(evidence, row))


def _changed(evidence: Evidence, row: Row) -> str:
    about, _, since = row["definition_id"].partition("/")
    name = evidence.kpis[about]["name"] if about in evidence.kpis else about
    if row["kind"] == "policy" and evidence.policy is not None:
        name = f"the policy “{evidence.policy['name']}”"
    if row["kind"] == "formula":
        return f"the SQL behind {name} changed ({row['file']})"
    by = "" if row["author"] == "unknown" else f", by {row['author']}"
    eased = ", which asks less" if row["is_loosening"] else ""
    what, how = f"{plain(row['field'])} of {name}", row["change"]
    if row["kind"] == "kpi_target":
        what = f"{what} in force since {since}"
        if how == "changed" and row["field"] in {"target", "floor"}:
            old, new = (_limit(evidence, row[value]) for value in ("old_value", "new_value"))
            how = f"changed from {old} to {new}"
    return f"{what} was {how} in {row['file']}{by}{eased}"


def _restatements(evidence: Evidence) -> Iterator[Cause]:
    """One sentence a class and day: a source that is edited restates many periods at once."""
    found: dict[tuple[date, str], list[Row]] = {}
    for row in evidence.restatements:
        if _is_near(evidence, row["restated_at"].date()) and row["class"] in _RESTATED:
            found.setdefault((row["restated_at"].date(), row["class"]), []).append(row)
    for (day, what), rows in sorted(found.items()):
        periods = listed([str(row["period_start"]) for row in rows[:3]])
        more = f" and {len(rows) - 3} more" if len(rows) > 3 else ""
        value = counted(len(rows), "published value")
        which = f"{evidence.kpi['grain']}{'s' * (len(rows) > 1)} of {periods}{more}"
        yield _coincidence(day, f"{value} moved because {_RESTATED[what]} ({which}{_edits(rows)})")


def _edits(rows: list[Row]) -> str:
    told = edits.told(edit for row in rows for edit in row["edits"])
    return f": {listed(told)}" if told else ""


def _tracker(evidence: Evidence) -> Iterator[Cause]:
    """The plan's own events: moved dates first, then whole initiatives, then the nearest ones."""
    near = [
        row
        for row in evidence.tracker_changes
        if _is_near(evidence, row["changed_at"].date()) and not _is_elsewhere(evidence, row)
    ]

    def weight(row: Row) -> tuple[bool, bool, int]:
        away = abs((row["changed_at"].date() - evidence.onset).days)
        return row["field"] != "due_date", row["issue_type"] not in _PROMISES, away

    named = sorted(near, key=weight)[:NAMED_CHANGES]
    for row in near:
        if row in named:
            yield _coincidence(row["changed_at"].date(), _moved(row))
    if len(near) > len(named):
        rest = counted(len(near) - len(named), "smaller change")
        first, last = near[0]["changed_at"].date(), near[-1]["changed_at"].date()
        text = f"Between {first} and {last} the project tracker had {rest}."
        yield Cause(kind="coincidence", text=text)


def _is_elsewhere(evidence: Evidence, row: Row) -> bool:
    """Whether its labels name a place, and not this one: `site:south` is no event of North."""
    labels = {str(label).rpartition(":")[2] for label in json.loads(row["labels"] or "[]")}
    return evidence.scope not in labels and not labels.isdisjoint(evidence.other_scopes)


def _moved(row: Row) -> str:
    issue = f"{row['issue_key']} “{row['summary']}”"
    before, after = row["old_value"], row["new_value"]
    if row["field"] == "status":
        return f"{issue} went from {before} to {after}"
    if before is None:
        return f"{issue} was given the due date {after}"
    if after is None:
        return f"{issue} lost its due date, {before}"
    how = "put off" if after > before else "brought forward"
    return f"{issue} was {how} from {before} to {after}"


def _coincidence(on: date, what: str) -> Cause:
    return Cause(kind="coincidence", text=f"On {on} {what}.")
