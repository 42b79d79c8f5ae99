"""The part of JQL the tracker stand-in understands, answered with Jira's own error sentences.

    project = AUT AND updated >= "2026-10-01 06:00" ORDER BY updated ASC

Clauses are joined by AND. project, issuetype, status, key and labels take `=` and `!=`; created,
updated and duedate take every comparison, with minute precision, in UTC. Then one ORDER BY at most.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Issue = dict[str, Any]
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_TEXT: dict[str, Callable[[Issue], list[str]]] = {
    "project": lambda issue: [issue["fields"]["project"]["key"]],
    "issuetype": lambda issue: [issue["fields"]["issuetype"]["name"]],
    "status": lambda issue: [issue["fields"]["status"]["name"]],
    "key": lambda issue: [issue["key"]],
    "labels": lambda issue: issue["fields"]["labels"],
}
_TIMES = ("created", "updated", "duedate")
_CLAUSE = re.compile(
    r"""\s*(?P<field>\w+)\s*(?P<sign><=|>=|!=|=|<|>)\s*(?P<value>"[^"]*"|'[^']*'|[^\s"']+)\s*"""
)
_ORDER = re.compile(r"\s*order\s+by\s+(?P<by>\w+)(?:\s+(?P<way>asc|desc))?\s*\Z", re.IGNORECASE)
_AND = re.compile(r"and\b", re.IGNORECASE)


class JqlError(ValueError):
    """A query Jira would refuse with 400; the message is what it says."""


@dataclass(frozen=True)
class Query:
    """A parsed query: a predicate over issues, and the field and direction they are sorted by."""

    clauses: tuple[Callable[[Issue], bool], ...]
    order_by: str
    descending: bool

    def select(self, issues: list[Issue]) -> list[Issue]:
        """The matching issues in order; ties in the order of their ids, as created."""
        found = [issue for issue in issues if all(clause(issue) for clause in self.clauses)]
        found.sort(key=lambda issue: int(issue["id"]), reverse=self.descending)
        if self.order_by in _TIMES:
            by = self.order_by
            found.sort(key=lambda issue: issue["fields"][by] or "", reverse=self.descending)
        return found


def parse(text: str) -> Query:
    """Parse a query. Raises JqlError for what Jira, or this subset of it, does not take."""
    head, order, order_text = _split_order(text)
    clauses = []
    rest = head
    while rest.strip():
        match = _CLAUSE.match(rest)
        if match is None:
            raise JqlError(f"Error in the JQL Query: cannot be read from '{rest.strip()}'.")
        clauses.append(_clause(match["field"], match["sign"], match["value"].strip("\"'")))
        rest = rest[match.end() :]
        if not rest:
            break
        joined = _AND.match(rest)
        if joined is None or not rest[joined.end() :].strip():
            raise JqlError(f"Error in the JQL Query: expecting 'AND' but got '{rest.strip()}'.")
        rest = rest[joined.end() :]
    if not clauses:
        raise JqlError(
            "Unbounded JQL queries are not allowed here. Please add a search restriction to your"
            " query."
        )
    if order_text and order is None:
        raise JqlError(f"Error in the JQL Query: cannot be read from '{order_text}'.")
    by = order["by"].lower() if order else "created"
    if by not in (*_TIMES, "key", "id"):
        raise JqlError(f"Not able to sort using field '{by}'.")
    way = (order["way"] or "asc").lower() if order else "desc"  # Jira's default: newest first
    return Query(tuple(clauses), by, way == "desc")


def _split_order(text: str) -> tuple[str, re.Match[str] | None, str]:
    at = re.search(r"\border\s+by\b", text, re.IGNORECASE)
    if at is None:
        return text, None, ""
    return text[: at.start()], _ORDER.match(text[at.start() :]), text[at.start() :]


def _clause(field: str, sign: str, value: str) -> Callable[[Issue], bool]:
    compare = _COMPARE[sign]
    name = field.lower()
    if name in _TEXT:
        if sign not in ("=", "!="):
            raise JqlError(f"The operator '{sign}' is not supported by the '{field}' field.")
        values = _TEXT[name]
        wanted = value.lower()
        is_wanted = sign == "="
        return lambda issue: (wanted in [text.lower() for text in values(issue)]) == is_wanted
    if name not in _TIMES:
        raise JqlError(f"Field '{field}' does not exist or you do not have permission to view it.")
    moment = _minute(field, value)

    def holds(issue: Issue) -> bool:
        text = issue["fields"][name]
        # Jira compares to the minute: an issue of 06:00:30 is not after "06:00"
        return text is not None and compare(_minute(name, text[:16].replace("T", " ")), moment)

    return holds


def _minute(field: str, value: str) -> datetime:
    text = value.replace("/", "-")
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}( \d{2}:\d{2})?", text):
        raise JqlError(
            f"Date value '{value}' for field '{field}' is invalid. Valid formats include:"
            " 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd'."
        )
    try:
        return datetime.fromisoformat(text)
    except ValueError as wrong:
        raise JqlError(f"Date value '{value}' for field '{field}' is invalid.") from wrong
