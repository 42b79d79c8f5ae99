"""The diagram keeps boxes apart and lines inside the picture, for any tree."""

from __future__ import annotations

from itertools import combinations

import pytest

from reports.line_of_sight import Box, draw
from sightline.audit_case import Edge, LineOfSight, Node
from tests.reports.sample_case import SIGHT


def _tree(key_results: int, kpis: int) -> LineOfSight:
    nodes = [Node(node_id="o", column=0, label="An objective with a long name " * 3, status="")]
    edges = []
    for k in range(key_results):
        nodes.append(Node(node_id=f"k{k}", column=1, label=f"Key result {k}", status="at_risk"))
        edges.append(Edge(source="o", target=f"k{k}", label="", on_path=k == 0))
        for p in range(kpis):
            name = f"p{k}.{p}"
            nodes.append(Node(node_id=name, column=2, label=name * 9, status="healthy"))
            edges.append(Edge(source=f"k{k}", target=name, label="guardrail", on_path=False))
            edges.append(Edge(source=name, target="erp", label="", on_path=False))
    nodes.append(Node(node_id="erp", column=3, label="ERP", status="stale"))
    return LineOfSight(nodes=tuple(nodes), edges=tuple(edges))


def _overlap(one: Box, other: Box) -> bool:
    beside = one.x + one.width <= other.x or other.x + other.width <= one.x
    apart = one.top + one.height <= other.top or other.top + other.height <= one.top
    return not (beside or apart)


@pytest.mark.parametrize("sight", [SIGHT, _tree(1, 1), _tree(5, 4), _tree(3, 0)])
def test_no_box_covers_another_and_all_are_inside(sight: LineOfSight) -> None:
    diagram = draw(sight)
    assert len(diagram.boxes) == len(sight.nodes)
    assert not any(_overlap(one, other) for one, other in combinations(diagram.boxes, 2))
    assert all(box.top >= 0 and box.top + box.height <= diagram.height for box in diagram.boxes)
    assert all(box.x + box.width <= diagram.width for box in diagram.boxes)


def test_the_path_to_the_audited_kpi_is_drawn_last_so_that_nothing_hides_it() -> None:
    on_path = [line.on_path for line in draw(SIGHT).lines]
    assert on_path == sorted(on_path)
    assert sum(on_path) == 3


def test_long_labels_are_cut_to_the_box() -> None:
    for box in draw(_tree(5, 4)).boxes:
        assert len(box.lines) <= 3
        assert max(map(len, box.lines)) <= 24
        assert box.top < box.baselines[0] < box.baselines[-1] + 1 <= box.top + box.height


def test_a_line_to_a_box_nobody_drew_is_left_out() -> None:
    lost = Edge(source="o", target="nowhere", label="", on_path=False)
    tree = _tree(1, 1)
    sight = LineOfSight(nodes=tree.nodes, edges=(*tree.edges, lost))
    assert len(draw(sight).lines) == len(tree.edges)
