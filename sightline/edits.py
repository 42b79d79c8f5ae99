"""Which rows of a source are behind a number that moved? In words, for messages and for cases."""

from __future__ import annotations

from collections.abc import Iterable

from sightline.marts import Row

BEHIND = """
    select kpi_id, scope, period_start, version,
        list(struct_pack(table_name, row_key, place, fate, changed_by, changed_at)) as edits
    from marts.fct_restated_row
    group by all
"""
"""One row per restatement of which they are known, with its edits as `told` takes them."""

# Of the cells behind one sentence; whoever looks for the rest has the workbook open by then.
_NAMED = 3


def told(edits: Iterable[Row]) -> list[str]:
    """How many rows of which table, what happened to them and by whom; most rows first.

    An edit is table_name, row_key, place, fate, changed_by and changed_at, as in
    `fct_restated_row`; one that several numbers rest on counts once.
    """
    kinds: dict[tuple[str, str, str], set[tuple[str, str]]] = {}
    for edit in edits:
        kind = (edit["table_name"], edit["fate"], _who(edit))
        kinds.setdefault(kind, set()).add((edit["place"] or "", edit["row_key"]))
    return [
        f"{len(rows)} row{'s' * (len(rows) > 1)} of {table} {fate}{_where(rows)}{who}"
        for (table, fate, who), rows in sorted(
            kinds.items(), key=lambda kind: (-len(kind[1]), kind[0])
        )
    ]


def _who(edit: Row) -> str:
    """A workbook says who saved it last; others may have edited it since the reading before."""
    by = edit["changed_by"]
    if by is None:
        return ""
    if edit["place"] is None:
        return f" by user {by} of the source"
    when = "" if edit["changed_at"] is None else f" on {edit['changed_at']:%Y-%m-%d}"
    return f", last saved by {by}{when}"


def _where(rows: set[tuple[str, str]]) -> str:
    places = [place for place, _ in sorted(rows) if place]
    more = f" and {len(places) - _NAMED} more" if len(places) > _NAMED else ""
    return f": {'; '.join(places[:_NAMED])}{more}" if places else ""
