"""What was published and now reads otherwise? Told once, each series of numbers in one story.

Whoever corrects half a year of weeks has done one thing: its reader is told how many, from when to
when and by how much, not each of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reports import wording
from reports.definition_change import definition_story
from reports.story import Story, Text
from sightline import edits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from sightline.marts import Row

# More of them nobody reads in a message.
_NAMED = 10
_CLASSES = {
    "event": "the facts in the source changed",
    "master_data": "master data in the source changed",
    "formula": "it is measured otherwise: a definition or model changed",
    "manual": "the facts changed, some of which are typed by hand",
}
_FOOTER = "What was published is kept beside what is said now; no target moved later judges it."


def changed(
    restatements: Sequence[Row], definitions: Sequence[Row], roles: Mapping[str, Row], base: str
) -> Text:
    """One story for each definition, and for each KPI, scope and class of restatements.

    At least one of both is there. `roles` are by id; `base` is the address of the board.
    """
    landed = _grouped(definitions, "change_id")
    series = _grouped(restatements, "kpi_id", "scope", "class")
    stories = [definition_story(rows, roles, base) for rows in landed]
    stories += [_story(rows) for rows in series]
    subject = stories[0].headline
    if len(stories) > 1:
        subject += f", and {wording.counted(len(stories) - 1, 'more change')}"
    return Text("restated", subject, tuple(stories[:_NAMED]), _FOOTER)


def _grouped(rows: Sequence[Row], *columns: str) -> list[list[Row]]:
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[column] for column in columns), []).append(row)
    return list(groups.values())


def _story(rows: Sequence[Row]) -> Story:
    first = rows[0]
    name = wording.scoped(first["name"] or first["kpi_id"], first["scope"])
    how = _one(rows) if len({row["period_start"] for row in rows}) == 1 else _several(rows)
    return Story(
        about=str(first["change_id"]),
        tone="violet",
        kicker="Restatement",
        headline=f"{name} was restated for {how}",
        order=("Nobody has to hide it:", "both numbers stay on record."),
        facts=(
            ("Why", (_CLASSES.get(first["class"], wording.plain(first["class"])),)),
            *((("Judged", flips),) if (flips := _flips(rows)) else ()),
            *((("Rows", behind),) if (behind := _edits(rows)) else ()),
        ),
    )


def _one(rows: Sequence[Row]) -> str:
    """One period, however often it was changed: from what was said first to what is said last."""
    first, last = rows[0], rows[-1]
    symbol, decimals = first["unit_symbol"], first["decimals"] or 0
    before = wording.quantity(first["from_value"], symbol, decimals)
    after = wording.quantity(last["to_value"], symbol, decimals)
    return f"{wording.period(first['grain'], first['period_start'])}: {before} → {after}"


def _several(rows: Sequence[Row]) -> str:
    """How many periods, the first and the last of them, and the range of the changes."""
    grain, periods = rows[0]["grain"], sorted({row["period_start"] for row in rows})
    begin, end = periods[0], periods[-1]
    said = f"{wording.counted(len(periods), grain)} {_span(grain, begin, end)}"
    moved = [
        row["to_value"] - row["from_value"]
        for row in rows
        if row["from_value"] is not None and row["to_value"] is not None
    ]
    if not moved:
        return said
    symbol, decimals = rows[0]["unit_symbol"], rows[0]["decimals"] or 0
    low, high = (wording.signed(change, decimals) for change in (min(moved), max(moved)))
    unit = f"\u202f{wording.plain(symbol)}" if symbol else ""
    return f"{said}, by {low}{unit}" if low == high else f"{said}, by {low} to {high}{unit}"


def _flips(rows: Sequence[Row]) -> tuple[str, ...]:
    """In how many periods a miss turned into a hit, or a hit into a miss, hits first."""
    grain = rows[0]["grain"]
    turned = (
        ({row["period_start"] for row in rows if row[column]}, said)
        for column, said in (
            ("is_flip_to_pass", "missed the target before, met now"),
            ("is_flip_to_fail", "met the target before, missed now"),
        )
    )
    return tuple(
        f"{wording.counted(len(periods), grain)}: {said}" for periods, said in turned if periods
    )


def _edits(rows: Sequence[Row]) -> tuple[str, ...]:
    told = edits.told(edit for row in rows for edit in row["edits"] or ())
    return tuple(wording.plain(sentence) for sentence in told[:_NAMED])


def _span(grain: str, begin: date, end: date) -> str:
    year = begin.year != end.year
    first, last = (wording.period(grain, day, year=year) for day in (begin, end))
    return f"between {first} and {last}"
