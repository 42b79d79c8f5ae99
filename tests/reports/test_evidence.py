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
