"""A mapping written from a look at a file loads that file as it is; doubts are told."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from ingestion.mapping import load_one
from ingestion.mapping.draft import draft
from ingestion.mapping.table import MappedTable, read_table
from ingestion.workbook import Job, read_all
from ingestion.workbook.reading import Reading
from sightline.errors import UsageError
from tests.ingestion.workbooks import ods, ods_row, table, text, training

WEEKS = (date(2026, 10, 12), date(2026, 10, 19), date(2026, 10, 26))


@dataclass(frozen=True)
class Ugly:
    """How a file is made, what must be read out of it, and what must be told."""

    make: Callable[[Path], Path]
    rows: list[tuple[Any, ...]]
    rejected: tuple[str, ...] = ()
    told: str = ""


def merged(path: Path) -> Path:
    """Headings of two rows, the upper ones merged over the lower, under a title."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Plan")
        sheet.write(0, 0, "Staff at the new rates, kept by the site offices")
        sheet.merge_range("A3:A4", "Site")
        sheet.merge_range("B3:C3", "Staff")
        sheet.write_row(3, 1, ["Planned", "Trained"])
        sheet.write_row(4, 0, ["north", 60, 45])
        sheet.write_row(5, 0, ["south", 40, 38])
    return path


def two_tables(path: Path) -> Path:
    """A small table of notes beside the one that counts."""
    rows = [["Site", "Parcels", None, None, "Contact", "Phone"]]
    rows += [[site, 100 + n, None, None, "office", "n/a"] for n, site in enumerate("abcde")]
    return table(path, rows[:3] + [row[:2] for row in rows[3:]])


def hidden(path: Path) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Site", "Parcels"])
        sheet.write_row(1, 0, ["north", 10])
        sheet.write_row(2, 0, ["south", 20])
        sheet.set_row(2, None, None, {"hidden": True})
    return path


def percent(path: Path) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet, shown = book.add_worksheet(), book.add_format({"num_format": "0.0%"})
        sheet.write_row(0, 0, ["Site", "Uptime"])
        for row, (site, value) in enumerate([("north", 0.975), ("south", 0.981)], 1):
            sheet.write(row, 0, site)
            sheet.write(row, 1, value, shown)
    return path


UGLY = {
    "plain.xlsx": Ugly(
        lambda path: table(path, [["Week", "Site", "Done"], *([w, "north", 7] for w in WEEKS)]),
        [(week, "north", 7) for week in WEEKS],
    ),
    "merged.xlsx": Ugly(merged, [("north", 60, 45), ("south", 40, 38)]),
    "titled.xlsx": Ugly(
        lambda path: table(
            path,
            [
                *(["Complaints 2026"], ["as of October"], [], [None, "Site", "Count"]),
                *([None, "north", 4], [None, "south", 6]),
            ],
        ),
        [("north", 4), ("south", 6)],
    ),
    "errors.xlsx": Ugly(
        lambda path: table(
            path,
            [["Site", "Share"], ["a", ("=B9/C9", "#DIV/0!")], ["b", ("=1/2", 0.5)], ["c", 0.75]],
        ),
        [("b", Decimal("0.5")), ("c", Decimal("0.75"))],
        ("error_value",),
        "1 cells have no value",
    ),
    "subtotals.xlsx": Ugly(
        lambda path: table(
            path,
            [
                *(["Site", "Parcels"], ["north 1", 10], ["north 2", 20], ["Subtotal north", 30]),
                *(["south 1", 5], ["Grand total", 35]),
            ],
        ),
        [("north 1", 10), ("north 2", 20), ("south 1", 5)],
        ("skipped", "skipped"),
        "look like totals",
    ),
    "stray.xlsx": Ugly(
        lambda path: table(
            path,
            [["Site", "Parcels"], ["north", 1], ["south", 2], *[[]] * 5000, [None] * 800 + [1]],
        ),
        [("north", 1), ("south", 2)],
    ),
    "two.xlsx": Ugly(
        two_tables, [(site, 100 + n) for n, site in enumerate("abcde")], told="another table"
    ),
    "hidden.xlsx": Ugly(hidden, [("north", 10), ("south", 20)], told="hidden"),
    "percent.xlsx": Ugly(
        percent, [("north", Decimal("97.5")), ("south", Decimal("98.1"))], told="percentages"
    ),
    "texts.xlsx": Ugly(
        lambda path: table(
            path,
            [
                *(["Woche", "Menge"], ["26.10.2026", "1.234,5"], ["19.10.2026", "980,25"]),
                ["12.10.2026", "k.A."],
            ],
        ),
        [(WEEKS[2], Decimal("1234.5")), (WEEKS[1], Decimal("980.25")), (WEEKS[0], None)],
        told="taken for empty: k.A.",
    ),
    "twice.xlsx": Ugly(
        lambda path: table(path, [["Site", "Value", "Value"], ["north", 1, 2], ["south", 3, 4]]),
        [("north", 1, 2), ("south", 3, 4)],
        told="heads several columns",
    ),
    "kept.ods": Ugly(
        lambda path: ods(
            path,
            ods_row("Week", "Site", "Share")
            + ods_row(WEEKS[0], "north", {"office:value-type": "percentage", "office:value": "0.5"})
            + ods_row(
                WEEKS[1], "south", {"office:value-type": "percentage", "office:value": "0.25"}
            )
            + '<table:table-row table:number-rows-repeated="1048000"><table:table-cell '
            'table:number-columns-repeated="16384"/></table:table-row>',
        ),
        [(WEEKS[0], "north", Decimal(50)), (WEEKS[1], "south", Decimal(25))],
        told="percentages",
    ),
    "german.csv": Ugly(
        lambda path: text(
            path,
            "Woche;Standort;Menge (kg);Anteil;Aktiv\n26.10.2026;Nord;1.234,5;97,5 %;ja\n"
            "19.10.2026;Süd;234,0;98,1 %;nein\nSumme;;1.468,5;;\n",
            "cp1252",
        ),
        [
            (WEEKS[2], "Nord", Decimal("1234.5"), Decimal("97.5"), True),
            (WEEKS[1], "Süd", Decimal("234"), Decimal("98.1"), False),
        ],
        ("skipped",),
        "read as cp1252",
    ),
    "english.csv": Ugly(
        lambda path: text(
            path,
            '\ufeffsite,amount,code\nnorth,"1,234.50",007\n"south, yard",12.00,012\n',
        ),
        [("north", Decimal("1234.5"), "007"), ("south, yard", Decimal(12), "012")],
    ),
    "tabs.tsv": Ugly(
        lambda path: text(path, "day\tcount\n01/02/2026\t1.234\n03/04/2026\t2.500\n"),
        [(date(2026, 2, 1), Decimal("1.234")), (date(2026, 4, 3), Decimal("2.5"))],
        told="may be 1.234 or 1234",
    ),
    "bare.csv": Ugly(
        lambda path: text(path, "2026-10-12|3\n2026-10-19|4\n"),
        [(WEEKS[0], 3), (WEEKS[1], 4)],
        told="no row looks like headings",
    ),
    "exported.csv": Ugly(
        lambda path: text(path, "Site;;Staff;\n;Kind;Planned;Trained\nnorth;day;60;45\n", "utf-16"),
        [("north", "day", 60, 45)],
    ),
}


def read(file: Path, mapping: Path) -> MappedTable:
    how = load_one(mapping)
    [reading] = read_all([Job(file, how.encoding, how.separator)])
    assert isinstance(reading, Reading)
    return read_table(how, reading)


@pytest.mark.parametrize("name", UGLY)
def test_the_mapping_written_from_a_look_reads_the_file_as_it_is(tmp_path: Path, name: str) -> None:
    ugly = UGLY[name]
    file = ugly.make(tmp_path / name)
    written = draft(file, tmp_path / "mappings")
    found = read(file, written.path)
    names = [column.name for column in load_one(written.path).columns]
    assert [tuple(row[column] for column in names) for row in found.kept] == ugly.rows
    assert tuple(row["rule"] for row in found.rejected) == ugly.rejected
    assert ugly.told in "\n".join(written.unsure)
    assert (written.kept, len(written.rejected)) == (len(found.kept), len(found.rejected))


@pytest.mark.parametrize("rows", [[["Site", "Parcels"]], [], [["  "]]])
def test_where_there_is_nothing_to_look_at_nothing_is_written(
    tmp_path: Path, rows: list[list[str]]
) -> None:
    file = table(tmp_path / "bare.xlsx", rows)
    with pytest.raises(UsageError, match="to look at"):
        draft(file, tmp_path / "mappings")
    assert not list(tmp_path.glob("mappings/*"))


def test_what_is_there_is_not_written_over(tmp_path: Path) -> None:
    file = training(tmp_path / "training.xlsx")
    first = draft(file, tmp_path / "mappings")
    before = first.path.read_text()
    with pytest.raises(UsageError, match="is there already"):
        draft(file, tmp_path / "mappings")
    assert first.path.read_text() == before
    assert draft(file, tmp_path / "mappings", name="again").path.stem == "again"


def test_the_command_tells_doubts_on_stderr_and_data_on_stdout(tmp_path: Path) -> None:
    file = UGLY["german.csv"].make(tmp_path / "german.csv")
    command = [Path(sys.executable).parent / "sightline", "new", "source", file, "--json"]
    settings = {"SIGHTLINE_SHEETS_MAPPINGS": str(tmp_path / "mappings"), "PATH": ""}
    done = subprocess.run(command, env=settings, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    assert told["written"] == str(tmp_path / "mappings" / "german.yml")
    assert (told["kept"], [row["rule"] for row in told["rejected"]]) == (2, ["skipped"])
    assert "unsure: read as cp1252" in done.stderr
    again = subprocess.run(command, env=settings, capture_output=True, text=True, check=False)
    assert (again.returncode, again.stdout) == (2, "")
