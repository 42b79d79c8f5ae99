"""Where does the KPI sit? Every objective it touches, down to the systems of record."""

from __future__ import annotations

from sightline.audit_case import Edge, LineOfSight, Node
from sightline.investigation.evidence import Evidence, Row
from sightline.investigation.wording import counted, named


def line_of_sight(evidence: Evidence) -> LineOfSight:
    """Nodes in four columns, objective to source; the path of the audited KPI is marked."""
    nodes: dict[str, Node] = {}
    edges: dict[tuple[str, str], Edge] = {}
    on_path = [row for row in evidence.glance if _is_audited(evidence, row)]
    marked = {row["key_result_id"] for row in on_path}
    for row in evidence.glance:
        source = evidence.kpis[row["kpi_id"]]["system_of_record"]
        names = (
            f"objective:{row['objective_id']}",
            f"key_result:{row['key_result_id']}",
            f"kpi:{row['kpi_id']}@{row['scope']}",
            f"source:{source}:{row['provenance']}",
        )
        labels = (
            (row["objective_name"], row["objective_status"]),
            (row["key_result_name"], row["key_result_status"]),
            (named({"name": row["kpi_name"]}, row["scope"]), row["status"]),
            (f"{source}, {row['provenance']}", _heard(row)),
        )
        for column, (node_id, (label, status)) in enumerate(zip(names, labels, strict=True)):
            known = Node(node_id=node_id, column=column, label=label, status=status)
            nodes.setdefault(node_id, known)
        audited = _is_audited(evidence, row)
        for at, label, marks in (
            (0, "", row["key_result_id"] in marked),
            (1, _role(row), audited),
            (2, "", audited),
        ):
            pair = (names[at], names[at + 1])
            drawn = edges.get(pair)
            marks = marks or (drawn is not None and drawn.on_path)
            edges[pair] = Edge(source=pair[0], target=pair[1], label=label, on_path=marks)
    return LineOfSight(nodes=tuple(nodes.values()), edges=tuple(edges.values()))


def _is_audited(evidence: Evidence, row: Row) -> bool:
    return row["kpi_id"] == evidence.kpi_id and row["scope"] in (evidence.scope, "all")


def _heard(row: Row) -> str:
    return "healthy" if row["source_last_seen_at"] is not None else "no_data"


def _role(row: Row) -> str:
    lag = row["lag_periods"]
    return f"{row['role']}, {counted(lag, row['grain'])}" if lag else str(row["role"])
