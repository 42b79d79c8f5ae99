"""How is a table to be read out of a sheet? One YAML file in `ingestion/sheets/` says it for one.

id: training                # the file's name, and the raw table's
file: training*.xlsx        # below SIGHTLINE_SHEETS_DIR
sheet: Training             # the first one where left out
range: A4:F                 # headings and what stands below; a last row is optional
header_rows: 2              # merged headings read as `Staff / Trained`
decimal_mark: ","
skip:
  - {column: site, matches: "(?i)^total"}
columns:
  - {name: week_starting, heading: Week starting, type: date, format: ["%d.%m.%Y"]}
  - {name: trained, heading: Staff / Trained, type: integer}
"""

from __future__ import annotations

import codecs
import fnmatch
import hashlib
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, ValidationError

from ingestion.workbook import DELIMITED, ZIPPED
from sightline.definition import Count, CountFromZero, Definition, Id, Text
from sightline.errors import DefinitionError
from sightline.finding import Finding, Place, did_you_mean
from sightline.home import CHECKOUT
from sightline.shape_errors import findings_of
from sightline.yaml_reader import Document, read

# What the raw tables hold of every row besides its values, and the raw tables there are without.
PLACE_COLUMNS = ("file", "sheet", "row_number", "is_hidden")
FILE_COLUMNS = ("file_sha256", "modified_at", "modified_by")
OWN_TABLES = ("workbook", "cell")

Mark = Annotated[str, Field(pattern=r"^[.,' ]$")]


class Column(Definition):
    """One column: found by its heading, or by its letter where there is none."""

    name: Id
    heading: Text | None = None
    letter: Annotated[str, Field(pattern=r"^[A-Z]{1,3}$")] | None = None
    type: Literal["text", "integer", "decimal", "date", "timestamp", "bool"]
    unit: Text | None = None
    optional: bool = False
    format: tuple[Text, ...] = ()
    time_zone: Text = "UTC"
    true: tuple[Text, ...] = ()
    false: tuple[Text, ...] = ()
    decimal_mark: Mark | None = None
    thousands_mark: Mark | None = None


class Skip(Definition):
    """Rows that are no data, such as subtotals: those whose column matches the pattern."""

    column: Id
    matches: Text


class SheetMapping(Definition):
    """One table of one kind of file."""

    id: Id
    file: Text
    sheet: Text | None = None
    range: Annotated[str, Field(pattern=r"^[A-Z]{1,3}[1-9]\d*:[A-Z]{1,3}([1-9]\d*)?$")] | None = (
        None
    )
    anchor: Text | None = None
    header_rows: CountFromZero = 1
    first_row: Count | None = None
    encoding: Text | None = None
    delimiter: Annotated[str, Field(pattern=r"^(tab|[^\s\w])$")] | None = None
    decimal_mark: Mark = "."
    thousands_mark: Mark | None = None
    empty: tuple[Text, ...] = ()
    skip: tuple[Skip, ...] = ()
    columns: Annotated[tuple[Column, ...], Field(min_length=1)]

    def reads(self, file: str) -> bool:
        """Whether it is for a file of this name."""
        return fnmatch.fnmatch(file.casefold(), self.file.casefold())

    @property
    def separator(self) -> str | None:
        """The delimiter as a character: a tab is a word in YAML, where nobody would see it."""
        return "\t" if self.delimiter == "tab" else self.delimiter

    @property
    def content_hash(self) -> str:
        """SHA-256 of what it says: a file is read again when its mapping changes."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


def folder() -> Path:
    """Where the mappings are: SIGHTLINE_SHEETS_MAPPINGS, or `ingestion/sheets` of the checkout."""
    return Path(os.environ.get("SIGHTLINE_SHEETS_MAPPINGS") or CHECKOUT / "ingestion" / "sheets")


def load(where: Path) -> tuple[SheetMapping, ...]:
    """Every mapping of a folder, by id. Raises DefinitionError with all findings in all files."""
    paths = sorted(where.glob("*.yml")) if where.is_dir() else ()
    return _load(tuple((path, path.stat().st_mtime_ns) for path in paths))


@cache  # the code location asks for its sources a dozen times, and YAML is slow to read
def _load(stamped: tuple[tuple[Path, int], ...]) -> tuple[SheetMapping, ...]:
    findings: list[Finding] = []
    mappings = []
    for path, _ in stamped:
        try:
            mappings.append(load_one(path))
        except DefinitionError as error:
            findings.extend(error.findings)
    if findings:
        raise DefinitionError(findings)
    return tuple(mappings)


def load_one(path: Path) -> SheetMapping:
    """One mapping. Raises DefinitionError with file, line, rule and way out of all it offends."""
    document = read(path, f"{path.parent.name}/{path.name}")
    try:
        mapping = SheetMapping.model_validate(document.data)
    except ValidationError as error:
        raise DefinitionError(list(findings_of(error, document, SheetMapping))) from None
    findings = list(_offences(mapping, document, path.stem))
    if findings:
        raise DefinitionError(findings)
    return mapping


def _offences(mapping: SheetMapping, document: Document, stem: str) -> Iterator[Finding]:
    """What no single key can show."""
    yield from _file_offences(mapping, document, stem)
    names: set[str] = set()
    for number, column in enumerate(mapping.columns):
        place = document.place("columns", number)
        if column.name in names:
            yield _finding(
                place, "duplicate_column", f"{column.name!r} is said twice", "rename one"
            )
        if column.name in (*PLACE_COLUMNS, *FILE_COLUMNS):
            what = f"{column.name!r} is what Sightline itself says of a row"
            yield _finding(place, "reserved_name", what, "call the column otherwise")
        names.add(column.name)
        yield from _column_offences(mapping, column, place)
    for number, skip in enumerate(mapping.skip):
        place = document.place("skip", number)
        if skip.column not in names:
            what = f"there is no column {skip.column!r} to skip by"
            yield _finding(place, "unknown_column", what, did_you_mean(skip.column, names))
        try:
            re.compile(skip.matches)
        except re.error as error:
            what = f"{skip.matches!r} is no regular expression: {error}"
            yield _finding(place, "bad_pattern", what, "correct the pattern")


def _file_offences(mapping: SheetMapping, document: Document, stem: str) -> Iterator[Finding]:
    if mapping.id != stem:
        what = f"the id is {mapping.id!r}, the file {stem!r}"
        yield _finding(document.place("id"), "id_differs_from_file", what, "make them one")
    if mapping.id in OWN_TABLES or mapping.id.startswith("rejected_"):
        what = f"{mapping.id!r} is a raw table of every workbook"
        yield _finding(document.place("id"), "reserved_name", what, "call the table otherwise")
    place = document.place("file")
    suffix = Path(mapping.file).suffix.lower()
    if suffix not in (*ZIPPED, *DELIMITED):
        what = f"{mapping.file!r} is of no kind that can be read"
        known = ", ".join((*ZIPPED, *DELIMITED))
        yield _finding(place, "unknown_format", what, f"save the file as one of {known}")
    is_text = mapping.encoding is not None and mapping.delimiter is not None
    if suffix in DELIMITED and not is_text:
        what = "a text file does not say its own code page and delimiter"
        way_out = 'add `encoding: utf-8` and `delimiter: ";"`, as they are'
        yield _finding(place, "text_without_code_page", what, way_out)
    if suffix in ZIPPED and (mapping.encoding or mapping.delimiter):
        what = "a workbook has no code page and no delimiter"
        yield _finding(place, "workbook_with_code_page", what, "remove encoding and delimiter")
    if mapping.encoding is not None:
        try:
            codecs.lookup(mapping.encoding)
        except LookupError:
            what = f"{mapping.encoding!r} is no code page"
            way_out = "utf-8, cp1252 and cp850 are the usual ones"
            yield _finding(document.place("encoding"), "unknown_code_page", what, way_out)
    if mapping.range and mapping.anchor:
        what = "the table is said to stand at a range and at an anchor"
        yield _finding(document.place("anchor"), "two_places", what, "keep one of the two")
    if mapping.anchor and mapping.header_rows == 0:
        what = "an anchor is a heading, and there is none"
        yield _finding(document.place("anchor"), "anchor_without_heading", what, "give a range")


def _column_offences(mapping: SheetMapping, column: Column, place: Place) -> Iterator[Finding]:
    if (column.heading is None) == (column.letter is None):
        what = f"{column.name!r} is found by its heading or by its letter"
        yield _finding(place, "column_not_found_by_one", what, "give one of the two")
    elif column.heading is not None and mapping.header_rows == 0:
        what = f"{column.name!r} has a heading, and the table has none"
        yield _finding(place, "heading_without_header", what, "find it by its letter")
    if column.format and column.type not in ("date", "timestamp"):
        what = f"{column.name!r} has a date format and is {column.type}"
        yield _finding(place, "format_without_date", what, "remove the format, or make it a date")
    if (column.true or column.false) and column.type != "bool":
        what = f"{column.name!r} has words for true and false and is {column.type}"
        yield _finding(place, "words_without_bool", what, "remove the words, or make it bool")
    if column.time_zone not in available_timezones():
        what = f"{column.time_zone!r} is no time zone"
        yield _finding(place, "unknown_time_zone", what, "write it like Europe/Berlin")
    thousands = column.thousands_mark or mapping.thousands_mark
    if thousands == (column.decimal_mark or mapping.decimal_mark):
        what = f"{column.name!r} has {thousands!r} for decimals and for thousands"
        yield _finding(place, "one_mark_for_two", what, "change or remove one of the two")


def _finding(place: Place, rule: str, what: str, way_out: str) -> Finding:
    return Finding(place, rule, what, way_out)


def zone(column: Column) -> ZoneInfo:
    """The zone in which a column's moments are written."""
    return ZoneInfo(column.time_zone)
