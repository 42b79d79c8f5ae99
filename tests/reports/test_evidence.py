"""A guard's evidence is read, not dumped."""

from __future__ import annotations

import json

from reports.evidence import Evidence, read_evidence


def read(text: str, symbol: str | None = None, decimals: int = 0) -> Evidence:
    return read_evidence(text, symbol, decimals)


def test_scalars_and_lists_are_facts_and_nothing_is_left_out_but_the_empty() -> None:
    told = read(json.dumps({"sheet": "Training", "periods": ["a", "b"], "formula": None}))
    assert told.facts == (("sheet", "Training"), ("periods", "a; b"))
    assert told.rows == ()


def test_zero_and_false_are_facts() -> None:
    assert read('{"n": 0, "found": false}').facts == (("n", "0"), ("found", "False"))


def test_rows_are_one_table_with_every_column_and_the_rest_is_counted() -> None:
    rows = [{"cell": f"C{i}", "reported": 98} for i in range(14)] + [{"note": "late"}]
    told = read(json.dumps({"rows": rows}))
    assert told.columns == ("cell", "reported", "note")
    assert told.rows[0] == ("C0", "98", "–")
    assert (len(told.rows), told.hidden) == (12, 3)


def test_text_that_is_no_object_is_shown_as_it_is() -> None:
    assert read("8 of 8 weeks differ").facts == (("evidence", "8 of 8 weeks differ"),)
    assert read("[1, 2]").facts == (("evidence", "[1, 2]"),)


def test_values_of_the_kpi_are_written_with_its_unit_and_differ_where_they_do() -> None:
    row = {"reported": "98", "recomputed": "97.395833333", "target": 98, "cell": "C142"}
    near = {"reported": "98.001", "recomputed": "97.996", "target": 98, "cell": "C144"}
    told = read(json.dumps({"rows": [row, near], "tolerance": "0.001", "n": 2}), "%", 2)
    assert told.columns == ("reported", "recomputed", "cell")
    assert told.rows == (
        ("98.00\u202f%", "97.40\u202f%", "C142"),
        ("98.001\u202f%", "97.996\u202f%", "C144"),
    )
    assert told.facts == (("tolerance", "0.001\u202f%"), ("n", "2"))


def test_a_changed_value_has_the_unit_only_where_it_is_one_of_the_kpi() -> None:
    restated = {"rows": [{"old_value": "3.219852324", "value": "3.10922638", "target": "3.2"}]}
    assert read(json.dumps(restated), "EUR", 2).rows[0][:2] == ("3.22\u202fEUR", "3.11\u202fEUR")
    moved = {"field": "floor", "new_value": "3.3"}
    assert read(json.dumps(moved), "EUR", 2).facts[1] == ("new value", "3.30\u202fEUR")
    for other in ({"field": "grace_days", "new_value": "3"}, {"cell": "C7", "value": "41.5"}):
        assert read(json.dumps(other), "EUR", 2).facts[1][1] in ("3", "41.5")


def test_what_all_rows_share_is_said_once() -> None:
    rows = [{"cell": f"C{i}", "file": "uptime_log.xlsx"} for i in range(3)]
    told = read(json.dumps({"rows": rows}))
    assert (told.common, told.columns) == ((("file", "uptime_log.xlsx"),), ("cell",))
    assert read(json.dumps({"rows": rows[:1]})).columns == ("cell", "file")
    assert read(json.dumps({"rows": [*rows, {"cell": "C9"}]})).rows[-1] == ("C9", "–")


def test_what_the_guard_cannot_see_is_a_list_and_no_fact() -> None:
    told = read(json.dumps({"invisible": ["edits before the first pull", "omissions"]}))
    assert (told.facts, told.invisible) == ((), ("edits before the first pull", "omissions"))
