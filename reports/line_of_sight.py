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
_HEIGHT = (49, 36, 36, 36)
_LINES = (3, 2, 2, 2)
_CHARACTERS = (21, 24, 21, 21)
_GAP, _EDGE, _LINE_HEIGHT = 14, 4, 13


@dataclass(frozen=True, slots=True)
class Box:
    """One box with its mark and its lines of text, each with the height it stands at."""

    x: int
    middle: int
    width: int
    height: int
    mark: Mark
    lines: tuple[str, ...]

    @property
    def top(self) -> int:
        """Upper edge."""
        return self.middle - self.height // 2

    @property
    def baselines(self) -> tuple[int, ...]:
        """The height of each line of text, centred in the box."""
        first = self.middle + 4 - (len(self.lines) - 1) * _LINE_HEIGHT // 2
        return tuple(first + line * _LINE_HEIGHT for line in range(len(self.lines)))


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
    middles: dict[str, int] = {}
    for column in (2, 1, 0, 3):
        _place(columns.get(column, []), neighbours, middles, height=_HEIGHT[column])
    boxes = {
        node.node_id: Box(
            x=_LEFT[column],
            middle=middles[node.node_id],
            width=_WIDTH[column],
            height=_HEIGHT[column],
            mark=mark(node.status if node.status else None),
            lines=_wrapped(node.label, _CHARACTERS[column], _LINES[column]),
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
        height=max((box.top + box.height for box in boxes.values()), default=0) + _EDGE,
    )


def _place(
    nodes: Sequence[Node], neighbours: dict[str, list[str]], middles: dict[str, int], *, height: int
) -> None:
    """Give each node of a column its height, boxes a gap apart, in the order of their wishes."""

    def wish(node: Node) -> float:
        placed = [middles[other] for other in neighbours[node.node_id] if other in middles]
        return sum(placed) / len(placed) if placed else 0

    free = _EDGE + height // 2
    for node in sorted(nodes, key=wish):
        middles[node.node_id] = max(free, round(wish(node)))
        free = middles[node.node_id] + height + _GAP


def _line(start: Box, end: Box, label: str, *, on_path: bool) -> Line:
    x0, y0, x1, y1 = start.x + start.width, start.middle, end.x, end.middle
    bend = (x1 - x0) // 2
    return Line(
        path=f"M{x0} {y0}C{x0 + bend} {y0} {x1 - bend} {y1} {x1} {y1}",
        on_path=on_path,
        label=wording.plain(label),
        label_x=x1 - 6,
        # beside the curve, never across it: below when the curve comes from above
        label_y=y1 + 13 if y0 < y1 else y1 - 5,
    )


def _wrapped(label: str, characters: int, lines: int) -> tuple[str, ...]:
    text = wording.plain(label)
    return tuple(textwrap.wrap(text, characters, max_lines=lines, placeholder=" …")) or ("",)
