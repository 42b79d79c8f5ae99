"""Who let less be asked of whom? A change of a definition: old and new, who approved, who wrote."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from reports import wording
from reports.page import board_link
from reports.story import Story

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sightline.marts import Row

_NOBODY = "nobody on record"
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
# What is gone is told by its name, a target by the limits it held.
_GONE = {"kpi_guard": "Guard", "link": "Link"}
_LIMITS = ("target", "floor")
_FIELDS = {
    "floor": "Hard limit",
    "low": "Low end of the range",
    "high": "High end of the range",
    "fire_n": "Bad periods that open a case",
    "fire_m": "Periods they are counted in",
    "recover_k": "Good periods that end a case",
    "grace_days": "Days that late data may take",
}


def definition_story(rows: Sequence[Row], roles: Mapping[str, Row], base: str) -> Story:
    """What one landing changed in one definition, a row for each field; `roles` by id.

    `base` is the address of the board, which the link leads to.
    """
    first = rows[0]
    return Story(
        about=str(first["change_id"]),
        tone="violet",
        kicker="Definition changed",
        headline=f"{_named(first)} {_effect(rows)}",
        facts=(
            ("Changed", tuple(dict.fromkeys(filter(None, map(_field, rows))))),
            ("Approved", (_approved(first, roles),)),
            ("Written", (f"by {_author(first)}",)),
        ),
        link=board_link(base),
        link_text="Open the board",
    )


def _named(row: Row) -> str:
    if row["name"]:
        return f"A definition of {wording.plain(row['name'])}"
    return f"The {_words(row['kind'])} {wording.plain(row['definition_id'])}"


def _effect(rows: Sequence[Row]) -> str:
    if any(row["is_loosening"] for row in rows):
        return "asks less than before"
    return "asks otherwise for periods that were over"


def _author(row: Row) -> str:
    return _NOBODY if row["author"] in (None, "unknown") else wording.plain(row["author"])


def _field(row: Row) -> str:
    """Target from 2026-06-29: 98 % → 97 %; empty for what goes with a limit that is gone."""
    kind, field, is_gone = row["kind"], row["field"], row["change"] == "removed"
    _, *parts = str(row["definition_id"]).split("/")
    if is_gone and kind in _GONE:
        return f"{_GONE[kind]} {_words(' '.join(parts))}: removed"
    if is_gone and (field not in _LIMITS or row["compared_value"] is None):
        return ""
    since = f" from {parts[0]}" if kind == "kpi_target" else ""
    before, after = (_value(row, row[column]) for column in ("compared_value", "new_value"))
    return f"{_FIELDS.get(field, _words(field).capitalize())}{since}: {before} → {after}"


def _words(name: str) -> str:
    return wording.plain(name.replace("_", " "))


def _value(row: Row, value: str | None) -> str:
    if value is None:
        return "none"
    if not _NUMBER.fullmatch(value):
        return wording.plain(value)
    symbol = row["unit_symbol"] if row["kind"] == "kpi_target" else None
    return wording.quantity(Decimal(value), symbol, len(value.partition(".")[2]))


def _approved(row: Row, roles: Mapping[str, Row]) -> str:
    """By whom and when; an approval older than the change is of what was there before."""
    if not row["approved_by"]:
        return f"by {_NOBODY}"
    names = [roles.get(role, {}).get("name") or role for role in row["approved_by"].split(", ")]
    approval = f"by {wording.listed([wording.plain(name) for name in names])}"
    if row["approved_on"]:
        approval += f" on {row['approved_on']}"
    return approval if row["is_approved_anew"] else f"by {_NOBODY} since; last {approval}"
