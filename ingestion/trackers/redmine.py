"""Redmine: issues with their journals, and versions as the milestones they are.

The token is an API key. Custom fields become labels `name:value`, which is how a tracker without
labels says the site or the weight of an issue. Redmine does not touch an issue when time is logged
on it: the hours of an issue are those of its last change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from ingestion.http import Api, ForbiddenError
from ingestion.trackers import Row

PAGE = 100  # Redmine caps a page there, whatever is asked
VERSION = "version-"  # versions and issues are numbered apart


class Client:
    """Issues and versions of the projects with these identifiers, without their subprojects."""

    overlap: ClassVar[timedelta] = timedelta(minutes=10)  # the filter knows UTC and seconds

    def __init__(self, api: Api, projects: Sequence[str]) -> None:
        self._api = api
        self._wanted = tuple(projects)

    @staticmethod
    def headers(token: str) -> dict[str, str]:
        """The key as a header; as a parameter it would stand in every log of the way."""
        return {"X-Redmine-API-Key": token}

    def changed(self, since: datetime | None) -> Iterator[list[Row]]:
        """Pages of issues ascending by update, then all versions: their list knows no filter."""
        bound = {} if since is None else {"updated_on": f">={since:%Y-%m-%dT%H:%M:%SZ}"}
        for page in self._pages("updated_on:asc", **bound):
            found = [self.issue(str(issue["id"])) for issue in page]
            yield [row for row in found if row is not None]
        versions = [_milestone(version, self._projects) for version in self._versions()]
        yield [row for row in versions if since is None or row["updated_at"] >= since]

    def keys(self) -> Iterator[str]:
        """Ids in order of creation."""
        for page in self._pages("id:asc"):
            yield from (str(issue["id"]) for issue in page)
        yield from (f"{VERSION}{version['id']}" for version in self._versions())

    def issue(self, issue_id: str) -> Row | None:
        """One issue with its journals, which no list gives; or one version."""
        if issue_id.startswith(VERSION):
            found = self._api.find(f"/versions/{issue_id.removeprefix(VERSION)}.json")
            if not found or not self._counts(found["version"]):
                return None
            return _milestone(found["version"], self._projects)
        found = self._api.find(f"/issues/{issue_id}.json", include="journals")
        if not found or not self._counts(found["issue"]):
            return None
        return _flat(found["issue"], self._projects, self._statuses)

    def _counts(self, item: Mapping[str, Any]) -> bool:
        return not self._wanted or item["project"]["id"] in self._projects

    @cached_property
    def _projects(self) -> dict[int, str]:
        """Id → identifier of every project that counts; an issue names its project by the id."""
        listed = self._listed("/projects.json", "projects")
        projects = {project["id"]: str(project["identifier"]) for project in listed}
        return {
            number: identifier
            for number, identifier in projects.items()
            if not self._wanted or identifier in self._wanted
        }

    @cached_property
    def _statuses(self) -> dict[int, dict[str, Any]]:
        """By id: names, which journals leave out, and which of them close an issue."""
        statuses = self._api.get("/issue_statuses.json")["issue_statuses"]
        return {status["id"]: status for status in statuses}

    def _pages(self, order: str, **query: str) -> Iterator[list[dict[str, Any]]]:
        # without status_id=* the list gives open issues only
        query |= {"status_id": "*", "sort": order}
        if not self._wanted:
            yield from self._paged("/issues.json", "issues", query)
        for number in self._projects if self._wanted else ():
            scope = {"project_id": str(number), "subproject_id": "!*"}
            yield from self._paged("/issues.json", "issues", query | scope)

    def _versions(self) -> Iterator[dict[str, Any]]:
        """The versions that each project owns; those shared with it are another's."""
        for number in self._projects:
            try:
                found = self._api.find(f"/projects/{number}/versions.json") or {"versions": []}
            except ForbiddenError:  # a project that keeps no issues
                continue
            for version in found["versions"]:
                if version["project"]["id"] == number:
                    yield version

    def _listed(self, path: str, name: str) -> list[dict[str, Any]]:
        return [item for page in self._paged(path, name, {}) for item in page]

    def _paged(
        self, path: str, name: str, query: Mapping[str, str]
    ) -> Iterator[list[dict[str, Any]]]:
        offset = 0
        while True:
            answer = self._api.get(path, **query, limit=PAGE, offset=offset)
            yield answer[name]
            offset += len(answer[name])
            if not answer[name] or offset >= answer["total_count"]:
                return


def _flat(
    issue: Mapping[str, Any], projects: Mapping[int, str], statuses: Mapping[int, Mapping[str, Any]]
) -> Row:
    is_closed = bool(statuses.get(issue["status"]["id"], {}).get("is_closed"))
    parent = issue.get("parent")
    return {
        "issue_id": str(issue["id"]),
        "issue_key": f"#{issue['id']}",
        "project": _project(issue, projects),
        "issue_type": issue["tracker"]["name"],
        "summary": issue.get("subject"),
        "status": issue["status"]["name"],
        "status_category": "done" if is_closed else "indeterminate",
        "created_at": _moment(issue["created_on"]),
        "updated_at": _moment(issue["updated_on"]),
        "due_date": _day(issue.get("due_date")),
        # a reopened issue keeps its closed_on
        "resolved_at": _moment(issue.get("closed_on")) if is_closed else None,
        "estimate_seconds": _seconds(issue.get("estimated_hours")),
        "spent_seconds": _seconds(issue.get("spent_hours")),
        "parent_key": f"#{parent['id']}" if parent else None,
        "labels": _labels(issue),
        "changelog": [_history(journal, statuses) for journal in issue.get("journals", ())],
    }


def _milestone(version: Mapping[str, Any], projects: Mapping[int, str]) -> Row:
    """A version as an issue: done once it is closed, on the day it was last touched."""
    is_closed = version["status"] == "closed"
    updated = _moment(version["updated_on"])
    return {
        "issue_id": f"{VERSION}{version['id']}",
        "issue_key": f"{VERSION}{version['id']}",
        "project": _project(version, projects),
        "issue_type": "Milestone",
        "summary": version["name"],
        "status": version["status"],
        "status_category": "done" if is_closed else "indeterminate",
        "created_at": _moment(version["created_on"]),
        "updated_at": updated,
        "due_date": _day(version.get("due_date")),
        "resolved_at": updated if is_closed else None,
        "labels": _labels(version),
        "changelog": [],
    }


def _project(item: Mapping[str, Any], projects: Mapping[int, str]) -> str:
    """The identifier, or the name where the list leaves a project out, as it does with closed."""
    return projects.get(item["project"]["id"]) or str(item["project"]["name"])


def _labels(item: Mapping[str, Any]) -> list[str]:
    """Filled custom fields; one with several values gives several labels."""
    labels = []
    for field in item.get("custom_fields", ()):
        values = field.get("value")
        for value in values if isinstance(values, list) else [values]:
            if value not in (None, ""):
                labels.append(f"{field['name'].lower()}:{value}")
    return labels


def _history(
    journal: Mapping[str, Any], statuses: Mapping[int, Mapping[str, Any]]
) -> dict[str, Any]:
    """A journal in the words of Jira's changelog; what people wrote in it is not taken."""
    return {
        "id": str(journal["id"]),
        "created": journal["created_on"],
        "items": [_item(detail, statuses) for detail in journal.get("details", ())],
    }


def _item(
    detail: Mapping[str, Any], statuses: Mapping[int, Mapping[str, Any]]
) -> dict[str, str | None]:
    name, ends = detail["name"], (detail.get("old_value"), detail.get("new_value"))
    item = {"field": {"due_date": "duedate", "status_id": "status"}.get(name, name)}
    item |= {"from": ends[0], "to": ends[1]}
    if name == "status_id":
        names = [statuses.get(int(end or 0), {}).get("name", end) for end in ends]
        item |= {"fromString": names[0], "toString": names[1]}
    return item


def _seconds(hours: float | None) -> int | None:
    return None if hours is None else int(Decimal(str(hours)) * 3600)


def _moment(text: str | None) -> datetime | None:
    """A Redmine instant such as 2026-10-26T06:00:00Z, as UTC without a zone."""
    if text is None:
        return None
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
