"""What a cell says → a value of its column's type, or the named reason why it is none."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Context, Decimal
from typing import Any

from ingestion.mapping import Column, SheetMapping, zone
from ingestion.workbook.reading import LARGEST, Cell, Refusal

LARGEST_INTEGER = 2**63 - 1
NINE_PLACES, WIDE = Decimal("1e-9"), Context(prec=38)  # of a raw decimal, and its digits
_BLANKS = re.compile(r"[\s\u00a0\u2007\u2009\u202f]+")
_SPELLINGS = str.maketrans({"\N{MINUS SIGN}": "-", "\N{RIGHT SINGLE QUOTATION MARK}": "'"})
_YES, _NO = frozenset({"true"}), frozenset({"false"})


def value_of(cell: Cell, column: Column, mapping: SheetMapping) -> Any:
    """The value, of the Python type of the column; nothing is guessed, rounded away or made NULL.

    Raises Refusal with the name of the rule and a sentence.
    """
    if cell.rule is not None:
        raise Refusal(cell.rule, str(cell.reason))
    return _READERS[column.type](cell, column, mapping)


def plain(text: str) -> str:
    """Text as it is compared: without blanks around it, one blank for several."""
    return _BLANKS.sub(" ", text).strip()


def number_pattern(decimal_mark: str, thousands_mark: str | None) -> str:
    """The regular expression that a whole text meets which is a number written with these marks.

    Of thousands there are groups of three digits or none: 1.234,5 or 1234,5, and not 12.5.
    """
    digits = r"\d+"
    if thousands_mark:
        digits = rf"(?:\d{{1,3}}(?:{re.escape(thousands_mark)}\d{{3}})+|\d+)"
    return rf"^[-+]?{digits}(?:{re.escape(decimal_mark)}\d+)?$"


def number_of(text: str, decimal_mark: str, thousands_mark: str | None) -> Decimal | None:
    """The number written with these marks, None where it is not written so: 1.234,5 or 1 234.5."""
    written = plain(text).translate(_SPELLINGS)
    if not re.fullmatch(number_pattern(decimal_mark, thousands_mark), written):
        return None
    without = written.replace(thousands_mark, "") if thousands_mark else written
    return Decimal(without.replace(decimal_mark, "."))


def moment_of(text: str, formats: tuple[str, ...]) -> datetime | None:
    """The moment written in the first of these formats that fits, None where none does."""
    for form in formats:
        try:
            return datetime.strptime(plain(text), form)  # noqa: DTZ007 - the column's zone is put on
        except ValueError:
            continue
    return None


def _text(cell: Cell, column: Column, mapping: SheetMapping) -> str:
    if cell.number is not None:
        number = Decimal(cell.number)
        return str(int(number)) if number == number.to_integral_value() else f"{number:f}"
    if cell.moment is not None:
        return cell.moment.removesuffix("T00:00:00")
    return cell.text.strip()


def _decimal(cell: Cell, column: Column, mapping: SheetMapping) -> Decimal:
    if cell.number is not None:
        number = Decimal(cell.number)
        number = number * 100 if cell.is_percent and column.unit == "%" else number
        if cell.is_percent and column.unit not in (None, "%"):
            shown = f"{number * 100:f} %"
            raise Refusal("other_unit", f"shown as {shown}, and the unit is {column.unit}")
    else:
        number = _written(cell, column, mapping)
    if abs(number) >= LARGEST:
        raise Refusal("out_of_range", f"number out of range: {cell.text}")
    return number.quantize(NINE_PLACES, context=WIDE)


def _written(cell: Cell, column: Column, mapping: SheetMapping) -> Decimal:
    if cell.moment is not None:
        raise Refusal("not_a_number", f"a date where a number is expected: {cell.text}")
    mark = column.decimal_mark or mapping.decimal_mark
    thousands = column.thousands_mark or mapping.thousands_mark
    text = plain(cell.text)
    if column.unit:
        text = text.removesuffix(column.unit).removeprefix(column.unit)
    number = number_of(text, mark, thousands)
    if number is None:
        groups = f" and {thousands!r} for thousands" if thousands else ""
        unit = f" in {column.unit}" if column.unit else ""
        raise Refusal(
            "not_a_number",
            f"no number{unit} with {mark!r} for decimals{groups}: {cell.text[:60]!r}",
        )
    return number


def _integer(cell: Cell, column: Column, mapping: SheetMapping) -> int:
    number = _decimal(cell, column, mapping)
    if number != number.to_integral_value() or abs(number) > LARGEST_INTEGER:
        raise Refusal("not_an_integer", f"no whole number: {cell.text}")
    return int(number)


def _moment(cell: Cell, column: Column, mapping: SheetMapping) -> datetime:
    if cell.moment is not None:
        return datetime.fromisoformat(cell.moment)
    moment = moment_of(cell.text, column.format) if cell.number is None else None
    if moment is None:
        forms = f" as {' or '.join(column.format)}" if column.format else ""
        raise Refusal("not_a_date", f"no date{forms}: {cell.text[:60]!r}")
    return moment


def _date(cell: Cell, column: Column, mapping: SheetMapping) -> date:
    moment = _moment(cell, column, mapping)
    if moment.time() != datetime.min.time():
        raise Refusal("not_a_date", f"a time of day where a date is expected: {cell.text}")
    return moment.date()


def _timestamp(cell: Cell, column: Column, mapping: SheetMapping) -> datetime:
    """UTC; a moment that its zone skips or has twice is refused, for nobody can say when it was."""
    moment = _moment(cell, column, mapping)
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    here = zone(column)
    first, second = (moment.replace(tzinfo=here, fold=fold) for fold in (0, 1))
    if first.utcoffset() != second.utcoffset():
        raise Refusal(
            "no_such_moment",
            f"skipped or had twice by the clocks of {column.time_zone}: {cell.text}",
        )
    return first.astimezone(UTC)


def _bool(cell: Cell, column: Column, mapping: SheetMapping) -> bool:
    word = plain(cell.text).casefold()
    if word in _YES | {plain(said).casefold() for said in column.true}:
        return True
    if word in _NO | {plain(said).casefold() for said in column.false}:
        return False
    raise Refusal("not_a_bool", f"neither true nor false: {cell.text[:60]!r}")


_READERS: dict[str, Callable[[Cell, Column, SheetMapping], Any]] = {
    "text": _text,
    "integer": _integer,
    "decimal": _decimal,
    "date": _date,
    "timestamp": _timestamp,
    "bool": _bool,
}
