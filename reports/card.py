"""Where does one objective stand, at a terminal? At most 40 lines of 100 columns, plain text."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from reports import wording
from reports.glance import read_glance
from sightline.errors import UsageError

if TYPE_CHECKING:
    from decimal import Decimal

    from reports.glance import KeyResult, LinkedKpi, Objective
    from sightline.marts import Marts

WIDTH, LINES = 100, 40
_BAR = 24


def render_cards(connection: Marts, objective_id: str | None = None) -> str:
    """The card of one objective, or of each, a blank line between.

    Raises UsageError for an objective the marts do not know.
    """
    glance = read_glance(connection)
    chosen = [o for o in glance.objectives if objective_id in {None, o.objective_id}]
    if objective_id is not None and not chosen:
        known = ", ".join(o.objective_id for o in glance.objectives) or "none"
        raise UsageError(f"there is no objective {objective_id!r}; known: {known}")
    orders = {
        episode.objective_id: f"{episode.headline}. "
        + (f"{episode.order.verdict}: {episode.order.sentence}" if episode.order else "No policy.")
        for episode in reversed(glance.episodes)
    }
    return "\n".join(
        _card(
            objective,
            orders.get(objective.objective_id),
            [
                str(link)
                for link in glance.weak_links
                if link.objective_id == objective.objective_id
            ],
        )
        for objective in chosen
    )


def _card(objective: Objective, order: str | None, weak_links: list[str]) -> str:
    lines = [
        _sides(objective.name, objective.owner),
        _sides(
            f"{objective.mark}  {_bar(objective.progress, objective.expected)} "
            f"{wording.percent(objective.progress)} done, "
            f"{wording.percent(objective.expected)} expected by now",
            f"weakest {wording.percent(objective.weakest_progress)}",
        ),
    ]
    if order:
        lines += textwrap.wrap(f"! {order}", WIDTH, max_lines=3, placeholder=" …")
    if weak_links:
        text = f"~ Links to mend: {'; '.join(dict.fromkeys(weak_links))}"
        lines += textwrap.wrap(text, WIDTH, max_lines=2, placeholder=" …")
    if objective.notes:
        text = f"~ {'; '.join(objective.notes)}"
        lines += textwrap.wrap(text, WIDTH, max_lines=2, placeholder=" …")
    for key_result in objective.key_results:
        lines += ["", _key_result_line(key_result), *_outlook_line(key_result)]
        lines += map(_kpi_line, key_result.kpis)
    if len(lines) > LINES:
        hidden = len(lines) - LINES + 1
        lines = [*lines[: LINES - 1], f"… {hidden} more lines are on the board"]
    return "\n".join(lines) + "\n"


def _key_result_line(key_result: KeyResult) -> str:
    return _columns(
        key_result.name,
        f"{_bar(key_result.progress, key_result.expected)} {wording.percent(key_result.progress)}",
        "",
        str(key_result.mark),
    )


def _outlook_line(key_result: KeyResult) -> list[str]:
    said = [each for each in (key_result.landing, key_result.declared, key_result.remark) if each]
    return textwrap.wrap(
        "; ".join(said), WIDTH, max_lines=2, initial_indent="  ", subsequent_indent="  "
    )


def _kpi_line(kpi: LinkedKpi) -> str:
    value = wording.quantity(kpi.value, kpi.unit, kpi.decimals)
    target = wording.limit(kpi.direction, kpi.target, "", kpi.decimals)
    role = f"lead {kpi.lead.word}" if kpi.lead else kpi.role.split(" · ", maxsplit=1)[0]
    return _columns(f"  {kpi.name} ({role})", f"{value}, target {target}", kpi.grade, str(kpi.mark))


def _columns(name: str, middle: str, grade: str, mark: str) -> str:
    return f"{_cut(name, 46):<46} {_cut(middle, 35):<35} {grade:<1} {mark}"[:WIDTH].rstrip()


def _sides(left: str, right: str) -> str:
    room = WIDTH - len(right) - 2
    return f"{_cut(left, room):<{room}}  {right}"[:WIDTH]


def _cut(text: str, width: int = WIDTH) -> str:
    return text if len(text) <= width else text[: width - 2].rstrip() + " …"


def _bar(progress: Decimal | None, expected: Decimal | None) -> str:
    """[#######---|-----]: done, open, and where it should be by now."""
    done = round((progress or 0) * _BAR)
    cells = ["#"] * min(done, _BAR) + ["-"] * (_BAR - min(done, _BAR))
    if expected is not None:
        cells[min(round(expected * _BAR), _BAR - 1)] = "|"
    return f"[{''.join(cells)}]"
