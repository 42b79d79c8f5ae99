"""A mapping says how a table stands on a sheet and how its values are written."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingestion.mapping import Column, SheetMapping, load, load_one
from ingestion.mapping.table import MappedTable, read_table
from ingestion.mapping.value import value_of
from ingestion.workbook import Job, ods, read_all, xlsx
from ingestion.workbook.reading import Cell, Reading, Refusal, is_mojibake
from sightline.errors import DefinitionError
from sightline.home import CHECKOUT
from tests.ingestion.workbooks import ods as write_ods
from tests.ingestion.workbooks import ods_row, table, text

WHOLE = """
id: counts
file: counts.xlsx
columns:
  - {name: site, heading: Site, type: text}
  - {name: parcels, heading: Parcels, type: integer}
"""


def value(said: str | Cell, kind: str, **more: Any) -> Any:
    """What a cell that says this is in a column of this type."""
    cell = Cell("S", 2, 1, said) if isinstance(said, str) else said
    marks = {name: more.pop(name) for name in ("decimal_mark", "thousands_mark") if name in more}
    column = Column.model_validate({"name": "c", "letter": "A", "type": kind, **more})
    mapping = SheetMapping.model_validate(
        {"id": "m", "file": "m.xlsx", "columns": [column], **marks}
    )
    return value_of(cell, column, mapping)


@pytest.mark.parametrize(
    ("said", "marks", "number"),
    [
        ("1.5", {}, "1.5"),
        ("-1 234.5", {"thousands_mark": " "}, "-1234.5"),
        ("1\u202f234,5", {"decimal_mark": ",", "thousands_mark": " "}, "1234.5"),
        ("1.234.567,89", {"decimal_mark": ",", "thousands_mark": "."}, "1234567.89"),
        ("1’234.5", {"thousands_mark": "'"}, "1234.5"),
        ("\u22127", {}, "-7"),
        ("97,5 %", {"decimal_mark": ",", "unit": "%"}, "97.5"),
        ("€ 12.50", {"unit": "€"}, "12.5"),
    ],
)
def test_numbers_are_read_by_the_marks_they_are_said_to_have(
    said: str, marks: dict[str, str], number: str
) -> None:
    assert value(said, "decimal", **marks) == Decimal(number)


@pytest.mark.parametrize(
    ("said", "kind", "more", "rule"),
    [
        ("1,5", "decimal", {}, "not_a_number"),
        ("1.23.4", "decimal", {"decimal_mark": ",", "thousands_mark": "."}, "not_a_number"),
        ("12 t", "decimal", {"unit": "kg"}, "not_a_number"),
        ("NaN", "decimal", {}, "not_a_number"),
        ("inf", "decimal", {}, "not_a_number"),
        ("", "decimal", {}, "not_a_number"),
        ("1e5", "decimal", {}, "not_a_number"),
        ("9" * 30, "decimal", {}, "out_of_range"),
        ("9" * 20, "integer", {}, "not_an_integer"),
        ("2.5", "integer", {}, "not_an_integer"),
        ("31.02.2026", "date", {"format": ["%d.%m.%Y"]}, "not_a_date"),
        ("10/26/2026", "date", {"format": ["%d/%m/%Y"]}, "not_a_date"),
        ("26.10.2026", "date", {}, "not_a_date"),
        ("46321", "date", {"format": ["%d.%m.%Y"]}, "not_a_date"),
        ("2026-10-26 06:30", "date", {"format": ["%Y-%m-%d %H:%M"]}, "not_a_date"),
        ("maybe", "bool", {"true": ["yes"], "false": ["no"]}, "not_a_bool"),
        (Cell("S", 2, 1, "0.5", "0.5", is_percent=True), "decimal", {"unit": "kg"}, "other_unit"),
        (Cell("S", 2, 1, "46321", "46321"), "date", {}, "not_a_date"),
        (Cell("S", 2, 1, "x", moment="2026-10-26T00:00:00"), "decimal", {}, "not_a_number"),
        ("2026-10-25 02:30", "timestamp", {"time_zone": "Europe/Berlin"}, "no_such_moment"),
        ("2026-03-29 02:30", "timestamp", {"time_zone": "Europe/Berlin"}, "no_such_moment"),
    ],
)
def test_what_is_no_value_of_the_type_is_refused_by_name(
    said: str | Cell, kind: str, more: dict[str, Any], rule: str
) -> None:
    if kind == "timestamp":
        more = {"format": ["%Y-%m-%d %H:%M"], **more}
    with pytest.raises(Refusal) as refused:
        value(said, kind, **more)
    assert refused.value.rule == rule


def test_other_types_are_read_as_they_are_written() -> None:
    assert value("26.10.26", "date", format=["%d.%m.%Y", "%d.%m.%y"]) == date(2026, 10, 26)
    moment = value("2026-10-26 06:30", "timestamp", format=["%Y-%m-%d %H:%M"])
    assert moment.replace(tzinfo=None) == datetime(2026, 10, 26, 6, 30)  # noqa: DTZ001
    berlin = {"format": ["%Y-%m-%d %H:%M"], "time_zone": "Europe/Berlin"}
    assert value("2026-10-26 06:30", "timestamp", **berlin).hour == 5
    words = {"true": ["ja"], "false": ["nein"]}
    assert [value(word, "bool", **words) for word in ("Ja", "nein", "True")] == [True, False, True]
    assert value(Cell("S", 2, 1, "7.0", "7.0"), "text") == "7"
    assert value(Cell("S", 2, 1, "0.975", "0.975", is_percent=True), "decimal", unit="%") == 97.5


@pytest.mark.parametrize(
    ("said", "is_broken"),
    [("Süd", False), ("SÃ¼d", True), ("S\ufffdd", True), ("98 °C", False), ("€ 5", False)],
)
def test_text_read_in_a_wrong_code_page_is_seen(said: str, is_broken: bool) -> None:
    assert is_mojibake(said) == is_broken


def read(path: Path, mapping: str) -> MappedTable:
    (path.parent / "counts.yml").write_text(mapping, encoding="utf-8")
    return read_table(load_one(path.parent / "counts.yml"), xlsx.read(path))


def sites(found: MappedTable) -> list[tuple[str, int]]:
    return [(row["site"], row["parcels"]) for row in found.kept]


def test_several_tables_on_a_sheet_are_told_apart_by_range_or_by_anchor(tmp_path: Path) -> None:
    path = table(
        tmp_path / "counts.xlsx",
        [
            ["Site", "Parcels", None, "Depot", "Parcels"],
            ["a", 1, None, "x", 10],
            ["b", 2, None, "y", 20],
            [],
            ["Site", "Parcels"],
            ["c", 3],
        ],
    )
    assert sites(read(path, WHOLE + "range: A1:B3\n")) == [("a", 1), ("b", 2)]
    assert sites(read(path, WHOLE + "range: A5:B\n")) == [("c", 3)]
    anchored = WHOLE.replace("heading: Site", "heading: Depot") + "anchor: Depot\n"
    assert sites(read(path, anchored)) == [("x", 10), ("y", 20)]
    with pytest.raises(Refusal, match=r"columns B, E are headed 'Parcels'"):
        read(path, WHOLE)
    with pytest.raises(Refusal, match=r"anchor 'Site' stands at A1, A5"):
        read(path, WHOLE + "anchor: Site\n")
    with pytest.raises(Refusal, match=r"no sheet 'Counts'"):
        read(path, WHOLE + "sheet: Counts\n")


def test_headings_are_found_however_they_are_broken_over_lines(tmp_path: Path) -> None:
    path = table(tmp_path / "counts.xlsx", [[" Site\u200b", "Par\u00adcels"], ["a", 1]])
    assert sites(read(path, WHOLE)) == [("a", 1)]


def test_a_stray_cell_far_out_costs_one_row(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["Site", "Parcels"], ["a", 1]]
    path = table(tmp_path / "counts.xlsx", [*rows, *[[]] * 99_990, [None] * 700 + [9], [None, 9]])
    found = read(path, WHOLE)
    assert sites(found) == [("a", 1)]
    assert [(row["cell"], row["rule"]) for row in found.rejected] == [("A99994", "empty")]


def test_an_ods_shows_formulas_errors_and_repeated_cells_as_they_are(tmp_path: Path) -> None:
    path = write_ods(
        tmp_path / "counts.ods",
        ods_row("Site", "Parcels", "Share")
        + ods_row(
            "a",
            {
                "table:formula": "of:=[.B9]*SUM([.C1:.C3])",
                "office:value-type": "float",
                "office:value": "4",
                "shown": "4",
            },
            {"table:formula": "of:=1/0", "calcext:value-type": "error", "shown": "#DIV/0!"},
        )
        + '<table:table-row table:number-rows-repeated="2"><table:table-cell '
        'table:number-columns-repeated="2" office:value-type="string"><text:p>x<text:s/>y</text:p>'
        "</table:table-cell></table:table-row>"
        + ods_row(None, {"table:formula": "of:=[.A1]"})
        + '<table:table-row table:number-rows-repeated="1048570"><table:table-cell '
        'table:number-columns-repeated="16384"/></table:table-row>',
    )
    found = {cell.address: cell for cell in ods.read(path).cells if cell.row > 1}
    assert (found["B2"].number, found["B2"].formula) == ("4", "=B9*SUM(C1:C3)")
    assert (found["C2"].rule, found["C2"].formula) == ("error_value", "=1/0")
    assert found["B5"].rule == "no_cached_value"
    assert [found[place].text for place in ("A3", "B3", "A4", "B4")] == ["x y"] * 4
    assert len(found) == 8


def test_an_ods_that_repeats_filled_cells_without_end_is_refused(tmp_path: Path) -> None:
    path = write_ods(
        tmp_path / "bomb.ods",
        '<table:table-row table:number-rows-repeated="1048576"><table:table-cell '
        'table:number-columns-repeated="16384" office:value-type="float" office:value="1">'
        "<text:p>1</text:p></table:table-cell></table:table-row>",
    )
    [answer] = read_all([Job(path)])
    assert isinstance(answer, Refusal)
    assert answer.rule == "too_large"


def test_a_quotation_that_never_ends_is_refused_and_not_read_as_one_cell(tmp_path: Path) -> None:
    path = text(tmp_path / "counts.csv", 'Site;Parcels\na;"1\nb;2\nc;3\n')
    [answer] = read_all([Job(path, "utf-8", ";")])
    assert isinstance(answer, Refusal)
    assert answer.rule == "not_a_table"


def test_a_reading_is_the_same_after_its_way_through_the_child(tmp_path: Path) -> None:
    path = table(
        tmp_path / "counts.xlsx", [["Site", "Day"], ["a", date(2026, 10, 26)], [("=1", 1)]]
    )
    reading = xlsx.read(path)
    assert Reading.from_json(reading.to_json()) == reading
    assert list(read_all([Job(path)])) == [reading]


@pytest.mark.parametrize(
    ("changed", "rule", "line"),
    [
        ("id: other", "id_differs_from_file", 2),
        ("file: counts.pdf", "unknown_format", 3),
        ("file: counts.csv", "text_without_code_page", 3),
        ("encoding: utf-8", "workbook_with_code_page", 3),
        ("encoding: klingon", "unknown_code_page", 7),
        ("decimal_mark: ','\nthousands_mark: ','", "one_mark_for_two", 5),
        ("range: A1:B\nanchor: Site", "two_places", 8),
        ("range: B3", "bad_spelling", 7),
        ("header_rows: 0", "heading_without_header", 5),
        ("skip: [{column: sites, matches: x}]", "unknown_column", 7),
        ("skip: [{column: site, matches: '('}]", "bad_pattern", 7),
        ("name: file", "reserved_name", 5),
        ("name: parcels", "duplicate_column", 6),
        ("type: date, unit: d, colour: red", "unknown_key", 5),
        ("type: text, format: ['%d']", "format_without_date", 5),
        ("type: text, letter: B", "column_not_found_by_one", 5),
        ("type: timestamp, time_zone: Mars", "unknown_time_zone", 5),
        ("type: text, true: ['x']", "words_without_bool", 5),
    ],
)
def test_a_mistake_in_a_mapping_is_told_with_file_line_rule_and_way_out(
    tmp_path: Path, changed: str, rule: str, line: int
) -> None:
    key = changed.partition(":")[0]
    swapped = {
        "id": ("id: counts", changed),
        "file": ("file: counts.xlsx", changed),
        "name": ("name: site", changed),
        "type": ("type: text", changed),
    }
    mapping = WHOLE.replace(*swapped[key]) if key in swapped else f"{WHOLE}{changed}\n"
    (tmp_path / "counts.yml").write_text(mapping, encoding="utf-8")
    with pytest.raises(DefinitionError) as refused:
        load(tmp_path)
    findings = {finding.rule: finding for finding in refused.value.findings[::-1]}
    assert rule in findings
    assert (findings[rule].place.file, findings[rule].place.line) == (
        f"{tmp_path.name}/counts.yml",
        line,
    )
    assert findings[rule].way_out


def test_the_mappings_of_the_demo_firm_are_sound() -> None:
    found = load(CHECKOUT / "ingestion" / "sheets")
    assert [mapping.id for mapping in found] == ["complaints", "training", "uptime_log"]


def test_every_key_and_every_rule_of_a_mapping_is_documented() -> None:
    told = (CHECKOUT / "ingestion" / "sheets" / "README.md").read_text()
    keys = {*SheetMapping.model_fields, *Column.model_fields}
    assert {key for key in keys if f"`{key}`" not in told} == set()
    code = "".join(
        path.read_text()
        for name in ("workbook", "mapping")
        for path in (CHECKOUT / "ingestion" / name).glob("*.py")
    )
    rules = set(re.findall(r'Refusal\(\s*"(\w+)"', code)) | set(
        re.findall(r'"rule": "(\w+)"', code)
    )
    assert len(rules) > 15
    assert {rule for rule in rules if f"`{rule}`" not in told} == set()


def test_every_setting_of_trackers_and_sheets_is_in_the_example() -> None:
    example = (CHECKOUT / ".env.example").read_text()
    code = "".join(path.read_text() for path in (CHECKOUT / "ingestion").rglob("*.py"))
    settings = set(re.findall(r"SIGHTLINE_(?:TRACKER|SHEETS)_[A-Z]+", code))
    assert {name for name in settings if name not in example} == set()
