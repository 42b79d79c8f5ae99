"""Where does the KPI sit? Objective, key result, KPI and source as boxes, drawn by hand as SVG."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports import wording
from reports.status import Mark, mark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.audit_case import LineOfSight, Node

# Four columns of boxes in 860 pixels; the widest gap, before the KPIs, carries the roles.
_LEFT = (2, 206, 470, 706)
_WIDTH = (152, 170, 152, 152)
_HEIGHT, _STEP, _TOP = 36, 50, 4
_CHARACTERS = (21, 24, 21, 21)


@dataclass(frozen=True, slots=True)
class Box:
    """One box with its mark and at most two lines of text."""

    x: int
    y: int
    width: int
    height: int
    mark: Mark
    lines: tuple[str, ...]

    @property
    def middle(self) -> int:
        """Where lines arrive and leave."""
        return self.y + self.height // 2


@dataclass(frozen=True, slots=True)
class Line:
    """One curve between two boxes; `label` stands before the box it leads to."""

    path: str
    on_path: bool
    label: str
    label_x: int
    label_y: int


@dataclass(frozen=True, slots=True)
class Diagram:
    """Boxes and lines, ready to draw; the lines on the path come last, so they lie on top."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    height: int
    width: int = 860


def draw(sight: LineOfSight) -> Diagram:
    """Lay the boxes out: KPIs evenly, every other box at the mean height of its neighbours."""
    columns: dict[int, list[Node]] = {}
    for node in sight.nodes:
        columns.setdefault(min(max(node.column, 0), 3), []).append(node)
    neighbours: dict[str, list[str]] = {node.node_id: [] for node in sight.nodes}
    for edge in sight.edges:
        if edge.source in neighbours and edge.target in neighbours:
            neighbours[edge.source].append(edge.target)
            neighbours[edge.target].append(edge.source)
    tops: dict[str, int] = {}
    for column in (2, 1, 0, 3):
        _place(columns.get(column, []), neighbours, tops)
    boxes = {
        node.node_id: Box(
            x=_LEFT[column],
            y=tops[node.node_id],
            width=_WIDTH[column],
            height=_HEIGHT,
            mark=mark(node.status if node.status else None),
            lines=_wrapped(node.label, _CHARACTERS[column]),
        )
        for column, nodes in columns.items()
        for node in nodes
    }
    lines = [
        _line(boxes[edge.source], boxes[edge.target], edge.label, on_path=edge.on_path)
        for edge in sight.edges
        if edge.source in boxes and edge.target in boxes
    ]
    return Diagram(
        boxes=tuple(boxes.values()),
        lines=tuple(sorted(lines, key=lambda line: line.on_path)),
        height=max(tops.values(), default=0) + _HEIGHT + _TOP,
    )


def _place(nodes: Sequence[Node], neighbours: dict[str, list[str]], tops: dict[str, int]) -> None:
    """Give each node of a column its height, at least one step apart, in the order of wishes."""

    def wish(node: Node) -> float:
        heights = [tops[other] for other in neighbours[node.node_id] if other in tops]
        return sum(heights) / len(heights) if heights else -1

    free = _TOP
    for node in sorted(nodes, key=wish):
        tops[node.node_id] = max(free, round(wish(node)))
        free = tops[node.node_id] + _STEP


def _line(start: Box, end: Box, label: str, *, on_path: bool) -> Line:
    x0, y0, x1, y1 = start.x + start.width, start.middle, end.x, end.middle
    bend = (x1 - x0) // 2
    return Line(
        path=f"M{x0} {y0}C{x0 + bend} {y0} {x1 - bend} {y1} {x1} {y1}",
        on_path=on_path,
        label=wording.plain(label),
        label_x=x1 - 6,
        label_y=y1 - 5,
    )


def _wrapped(label: str, characters: int) -> tuple[str, ...]:
    return tuple(
        textwrap.wrap(wording.plain(label), characters, max_lines=2, placeholder=" …") or [""]
    )
