"""The cells of one column → the type it most likely has, and how its numbers are written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from ingestion.mapping.value import moment_of, number_of, plain
from ingestion.workbook.reading import Cell

ENOUGH = 0.8  # of the filled cells; the others are rejected by name when the file is loaded
Marks = tuple[str, str | None]  # for decimals and for thousands
MARKS: tuple[Marks, ...] = (
    (".", None),
    (",", None),
    (",", "."),
    (".", ","),
    (",", " "),
    (".", " "),
    (".", "'"),
    (",", "'"),
)
DAYS = (
    "%Y-%m-%d",
    "%d.%m.%Y",
    "%d.%m.%y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%Y/%m/%d",
    "%d-%m-%Y",
    "%d-%b-%Y",
)
TIMES = ("%H:%M:%S", "%H:%M")
MISSING = frozenset(
    {"-", "–", "—", "n/a", "na", "n.a.", "k.a.", "k. a.", "?", "tbd", "null", "nan"}
)
YES_NO = (("yes", "no"), ("ja", "nein"), ("y", "n"), ("j", "n"), ("x", ""), ("oui", "non"))
_SUFFIX = re.compile(
    r"^(?P<number>[-+]?[\d.,' \u00a0\u202f]*\d)\s*(?P<unit>[%€$£°A-Za-z/²³]{1,8})$"
)


@dataclass(frozen=True, slots=True)
class Guess:
    """What a column seems to be; `details` are the keys that go with the type."""

    type: str
    details: dict[str, Any]
    doubts: tuple[str, ...] = ()
    marks: Marks | None = None
    is_sure: bool = True
    unit: str | None = None
    empty_words: frozenset[str] = frozenset()


def guess_column(column: Sequence[Cell | None], marks: Marks | None = None) -> Guess:
    """The narrowest type that nearly all filled cells have; text where there is none.

    `marks` are those of the other columns: they decide where this one could be read either way.
    """
    present = [cell for cell in column if cell is not None]
    sound = [cell for cell in present if cell.rule is None]
    missing = {plain(cell.text) for cell in sound if cell.number is None and _is_missing(cell)}
    filled = [cell for cell in sound if plain(cell.text) not in missing]
    guess = _typed(filled, marks)
    if guess.type == "text":
        missing = set()
    doubts = list(guess.doubts)
    details = dict(guess.details)
    empties = len(column) - len(present) + sum(plain(cell.text) in missing for cell in sound)
    if empties:
        details["optional"] = True
        doubts.append(f"{empties} of {len(column)} cells are empty; allowed")
    broken = [cell for cell in present if cell.rule is not None]
    if broken:
        where = ", ".join(cell.address for cell in broken[:5])
        doubts.append(f"{len(broken)} cells have no value and will be rejected: {where}")
    return Guess(
        guess.type,
        details,
        tuple(doubts),
        guess.marks,
        guess.is_sure,
        guess.unit,
        frozenset(missing),
    )


def _is_missing(cell: Cell) -> bool:
    return plain(cell.text).casefold() in MISSING


def _typed(filled: Sequence[Cell], marks: Marks | None) -> Guess:
    if not filled:
        return Guess("text", {}, ("nothing but empty cells; taken for text",))
    return _bools(filled) or _moments(filled) or _numbers(filled, marks) or Guess("text", {})


def _bools(filled: Sequence[Cell]) -> Guess | None:
    if any(cell.number is not None or cell.moment is not None for cell in filled):
        return None
    words = {plain(cell.text) for cell in filled}
    known = {word.casefold() for word in words}
    if known <= {"true", "false"}:
        return Guess("bool", {})
    for yes, no in YES_NO:
        if no and known == {yes, no}:
            by_word = {
                "true": sorted(word for word in words if word.casefold() == yes),
                "false": sorted(word for word in words if word.casefold() == no),
            }
            return Guess("bool", by_word, (f"taken for true and false: {yes}, {no}",))
    return None


def _moments(filled: Sequence[Cell]) -> Guess | None:
    native = [cell for cell in filled if cell.moment is not None]
    texts = [cell for cell in filled if cell.moment is None and cell.number is None]
    counted = {
        form: sum(moment_of(cell.text, (form,)) is not None for cell in texts) for form in _forms()
    }
    best = max(counted.values(), default=0)
    if len(native) + best < ENOUGH * len(filled):
        return None
    forms = [form for form, count in counted.items() if count == best and best]
    written = [moment for cell in texts if (moment := moment_of(cell.text, tuple(forms[:1])))]
    moments = [datetime.fromisoformat(str(cell.moment)) for cell in native] + written
    doubts = []
    if len(forms) > 1:
        doubts.append(f"dates fit {' and '.join(forms)}; taken as {forms[0]}")
    if len(native) + best < len(filled):
        doubts.append(f"{len(filled) - len(native) - best} cells are no dates and will be rejected")
    has_time = any(moment.time() != datetime.min.time() for moment in moments)
    details: dict[str, Any] = {"format": forms[:1]} if forms else {}
    if has_time:
        doubts.append("moments are read as UTC; set time_zone where they are not")
    return Guess("timestamp" if has_time else "date", details, tuple(doubts))


def _forms() -> list[str]:
    both = [f"{day} {time}" for day in DAYS for time in TIMES]
    return [*DAYS, *both, "%Y-%m-%dT%H:%M:%S"]


def _numbers(filled: Sequence[Cell], marks: Marks | None) -> Guess | None:
    native = [cell for cell in filled if cell.number is not None]
    texts = [plain(cell.text) for cell in filled if cell.number is None and cell.moment is None]
    if any(re.match(r"0\d", text) for text in texts):
        return None  # codes: a number would lose their leading zeros
    units = {found["unit"] for text in texts if (found := _SUFFIX.match(text))}
    unit = units.pop() if len(units) == 1 else None
    bare = [text.removesuffix(unit) if unit else text for text in texts]
    counted = {each: sum(number_of(text, *each) is not None for text in bare) for each in MARKS}
    best = max(counted.values())
    if len(native) + best < ENOUGH * len(filled):
        return None
    fitting = [each for each in MARKS if counted[each] == best]
    doubts = []
    chosen, doubt = _choose(fitting, bare, marks) if best else (None, None)
    doubts += [doubt] if doubt else []
    if len(native) + best < len(filled):
        doubts.append(
            f"{len(filled) - len(native) - best} cells are no numbers and will be rejected"
        )
    percent = any(cell.is_percent for cell in native)
    if percent and unit is None:
        unit = "%"
        doubts.append("shown as percentages; 0.975 is read as 97.5 %")
    if percent and not all(cell.is_percent for cell in native):
        doubts.append("some cells are shown as percentages and some are not")
    numbers = [Decimal(str(cell.number)) for cell in native]
    read = [number_of(text, *(chosen or (".", None))) for text in bare]
    numbers += [number for number in read if number is not None]
    whole = not percent and all(number == number.to_integral_value() for number in numbers)
    return Guess("integer" if whole else "decimal", {}, tuple(doubts), chosen, doubt is None, unit)


def _choose(
    fitting: Sequence[Marks], texts: Sequence[str], known: Marks | None
) -> tuple[Marks | None, str | None]:
    """The simplest marks that fit; a doubt where others would give other numbers."""
    readings = {marks: [number_of(text, *marks) for text in texts] for marks in fitting}
    chosen = fitting[0]
    if all(re.fullmatch(r"[-+]?\d+", text) for text in texts):
        return None, None  # no mark at all: whatever the other columns have
    if known in fitting:
        return known, None
    others = [marks for marks in fitting if readings[marks] != readings[chosen]]
    if not others:
        return chosen, None
    example = next(text for text in texts if re.search(r"[.,' ]", text))
    return chosen, (
        f"{example!r} may be {readings[chosen][texts.index(example)]} or "
        f"{readings[others[0]][texts.index(example)]}; taken as the former"
    )
