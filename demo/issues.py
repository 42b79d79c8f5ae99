"""What does the issue tracker hold? Project AUT as Jira Cloud would return it, at a moment.

Issues: the initiative, its eight milestones (label `weight:NN`, weights sum to 100) and one work
package a programme week (label `site:north`, due on the Sunday of its week), with their changelogs.
Times spent and estimated are seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from demo.story import (
    PROGRAMME_START,
    PROGRAMME_WEEKS,
    Firm,
    is_throttled,
)

PROJECT = "AUT"
SITE = "https://northline.example"
INITIATIVE_KEY = f"{PROJECT}-1"
HOUR = 3600
WEEKLY_ESTIMATE = 60 * HOUR
STATUSES = {"To Do": ("1", "new", 2), "In Progress": ("3", "indeterminate", 4),
            "Waiting for window": ("4", "indeterminate", 4), "Done": ("5", "done", 3)}  # fmt: skip
TYPES = {"Initiative": "10001", "Milestone": "10002", "Work package": "10003"}
LEAD = ("5f0001", "automation-lead@northline.example", "Automation lead")


@dataclass(frozen=True)
class Milestone:
    """A milestone with its weight, first due date and the day it is done as planned."""

    summary: str
    weight: int
    due: date
    done: date


MILESTONES = (
    Milestone("Baseline measured on N1 and N2", 5, date(2026, 7, 5), date(2026, 7, 3)),
    Milestone("Recalibration procedure approved", 10, date(2026, 7, 12), date(2026, 7, 10)),
    Milestone("N1 first pass recalibrated", 15, date(2026, 8, 2), date(2026, 7, 31)),
    Milestone("N2 first pass recalibrated", 15, date(2026, 8, 23), date(2026, 8, 21)),
    Milestone("Induction speed raised on N1", 15, date(2026, 9, 20), date(2026, 9, 18)),
    Milestone("Induction speed raised on N2", 15, date(2026, 11, 15), date(2026, 11, 13)),
    Milestone("Operators signed off at the new rates", 15, date(2026, 12, 6), date(2026, 12, 4)),
    Milestone("Handover to Operations", 10, date(2026, 12, 20), date(2026, 12, 18)),
)
SLIPPED_ON = datetime.combine(
    date(2026, 7, 29), time(15)
)  # in `throttled`, the first passes are put off six weeks
SLIP = timedelta(weeks=6)
MOVED_WHEN_DUE = f"{PROJECT}-4"  # N1's first pass, four days before it was due


def store(firm: Firm, moment: datetime) -> dict[str, Any]:
    """The tracker's content at a moment (naive UTC): `{"project": "AUT", "issues": [...]}`."""
    drafts = [_initiative(), *_milestones(firm), *_work_packages(firm)]
    shown = [draft.as_of(moment) for draft in drafts]
    return {"project": PROJECT, "issues": [issue for issue in shown if issue is not None]}


def effort_share(firm: Firm, week: int) -> float:
    """Hours spent as a share of the hours planned in a programme week."""
    dice = firm.dice("effort", week)
    monday = PROGRAMME_START + timedelta(weeks=week)
    as_planned, throttled = dice.uniform(0.95, 1.05), dice.uniform(0.25, 0.45)
    return throttled if is_throttled(firm, monday) else as_planned


def jira_time(moment: datetime) -> str:
    """A naive UTC datetime as Jira writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000+0000")


@dataclass
class _Draft:
    """An issue's whole life: how it was created and every change, in order."""

    number: int
    created: datetime
    kind: str
    summary: str
    labels: list[str]
    due: date | None = None
    estimate: int | None = None
    changes: list[tuple[datetime, dict[str, Any]]] = field(default_factory=list)

    def as_of(self, moment: datetime) -> dict[str, Any] | None:
        if self.created > moment:
            return None
        state: dict[str, Any] = {"status": "To Do", "timespent": None, "duedate": _day(self.due)}
        histories = []
        updated, resolved = self.created, None
        for number, (at, change) in enumerate(self.changes):
            if at > moment:
                break
            items = [_item(name, state[name], value) for name, value in change.items()]
            histories.append(
                {
                    "id": str(self.number * 1000 + number),
                    "author": _author(),
                    "created": jira_time(at),
                    "items": items,
                }
            )
            state |= change
            updated = at
            if change.get("status") == "Done":
                resolved = at
        return self._issue(state, histories[::-1], updated, resolved)

    def _issue(
        self,
        state: dict[str, Any],
        histories: list[dict[str, Any]],
        updated: datetime,
        resolved: datetime | None,
    ) -> dict[str, Any]:
        identity = str(10_000 + self.number)
        key = f"{PROJECT}-{self.number}"
        return {
            "expand": "operations,versionedRepresentations,editmeta,changelog,renderedFields",
            "id": identity,
            "self": f"{SITE}/rest/api/3/issue/{identity}",
            "key": key,
            "fields": {
                "summary": self.summary,
                "issuetype": {"id": TYPES[self.kind], "name": self.kind, "subtask": False},
                "project": {"id": "10000", "key": PROJECT, "name": "Automation"},
                "status": _status(state["status"]),
                "resolution": {"id": "10000", "name": "Done"} if resolved else None,
                "created": jira_time(self.created),
                "updated": jira_time(updated),
                "duedate": state["duedate"],
                "resolutiondate": jira_time(resolved) if resolved else None,
                "timeoriginalestimate": self.estimate,
                "timespent": state["timespent"],
                "labels": self.labels,
                "assignee": _author(),
                **({} if key == INITIATIVE_KEY else {"parent": _parent()}),
            },
            "changelog": {
                "startAt": 0,
                "maxResults": len(histories),
                "total": len(histories),
                "histories": histories,  # Jira lists the latest first
            },
        }


def _initiative() -> _Draft:
    draft = _Draft(
        1,
        datetime.combine(date(2026, 6, 15), time(9)),
        "Initiative",
        "North recalibration programme",
        [],
    )
    draft.due = date(2026, 12, 27)
    draft.changes = [(datetime.combine(PROGRAMME_START, time(7)), {"status": "In Progress"})]
    return draft


def _milestones(firm: Firm) -> list[_Draft]:
    drafts = []
    for number, milestone in enumerate(MILESTONES):
        draft = _Draft(
            2 + number,
            datetime.combine(date(2026, 6, 16), time(9, 5 * number)),
            "Milestone",
            milestone.summary,
            [f"weight:{milestone.weight:02d}"],
            due=milestone.due,
        )
        if not is_throttled(firm, milestone.done):
            draft.changes.append((datetime.combine(milestone.done, time(15)), {"status": "Done"}))
        elif "first pass" in milestone.summary:
            draft.changes.append((SLIPPED_ON, {"duedate": _day(milestone.due + SLIP)}))
        drafts.append(draft)
    return drafts


def _work_packages(firm: Firm) -> list[_Draft]:
    """Opened on the Friday before; hours are booked Tuesday to Saturday; done, or left waiting."""
    drafts = []
    for week in range(PROGRAMME_WEEKS):
        monday = PROGRAMME_START + timedelta(weeks=week)
        draft = _Draft(
            2 + len(MILESTONES) + week,
            datetime.combine(monday - timedelta(days=3), time(9)),
            "Work package",
            f"Recalibrate the North sorters, week of {monday.isoformat()}",
            ["site:north"],
            due=monday + timedelta(days=6),
            estimate=WEEKLY_ESTIMATE,
        )
        spent = round(effort_share(firm, week) * WEEKLY_ESTIMATE / 60) * 60
        draft.changes.append((datetime.combine(monday, time(7)), {"status": "In Progress"}))
        for day in range(1, 6):
            booked = {"timespent": spent * day // 5 // 60 * 60 if day < 5 else spent}
            draft.changes.append(
                (datetime.combine(monday + timedelta(days=day), time(16, 10)), booked)
            )
        last = "Waiting for window" if is_throttled(firm, monday) else "Done"
        saturday = datetime.combine(monday + timedelta(days=5), time(19, 30))
        draft.changes.append((saturday, {"status": last}))
        drafts.append(draft)
    return drafts


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _author() -> dict[str, Any]:
    account, address, name = LEAD
    return {
        "accountId": account,
        "accountType": "atlassian",
        "active": True,
        "displayName": name,
        "emailAddress": address,
    }


def _status(name: str) -> dict[str, Any]:
    identity, category, category_id = STATUSES[name]
    return {
        "id": identity,
        "name": name,
        "statusCategory": {"id": category_id, "key": category},
    }


def _parent() -> dict[str, Any]:
    return {
        "id": "10001",
        "key": INITIATIVE_KEY,
        "fields": {"summary": "North recalibration programme"},
    }


def _item(name: str, before: Any, after: Any) -> dict[str, Any]:
    """A changelog item; statuses carry their id beside their name, other fields only text."""
    if name == "status":
        ids = STATUSES[before][0], STATUSES[after][0]
    else:
        before, after = (None if value is None else str(value) for value in (before, after))
        ids = before, after
    return {
        "field": name,
        "fieldtype": "jira",
        "fieldId": name,
        "from": ids[0],
        "fromString": before,
        "to": ids[1],
        "toString": after,
    }
