"""One thing that is wrong, where it is, and the way out of it."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, order=True, slots=True)
class Place:
    """Where in a definition file: path below the definitions folder, 1-based line and column."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, order=True, slots=True)
class Finding:
    """One offence against the definitions: place, rule name, what is wrong, what to do about it."""

    place: Place
    rule: str
    message: str
    way_out: str

    def as_dict(self) -> dict[str, str | int]:
        """Flat fields, for JSON: file, line, column, rule, message, way_out."""
        return {
            "file": self.place.file,
            "line": self.place.line,
            "column": self.place.column,
            "rule": self.rule,
            "message": self.message,
            "way_out": self.way_out,
        }

    def __str__(self) -> str:
        return f"{self.place}: {self.rule}: {self.message}\n    way out: {self.way_out}"


def nearest(word: object, known: Iterable[object]) -> str | None:
    """The known word that `word` was most likely meant to be, if there is one."""
    near = get_close_matches(str(word), sorted({str(choice) for choice in known}), n=1, cutoff=0.6)
    return near[0] if near else None


def did_you_mean(word: object, known: Iterable[object]) -> str:
    """The nearest known word as a question, or the first known words when none is near."""
    choices = sorted({str(choice) for choice in known})
    near = nearest(word, choices)
    if near:
        return f"did you mean {near!r}?"
    if not choices:
        return "none is defined yet"
    shown = ", ".join(choices[:12])
    return f"known: {shown}{', …' if len(choices) > 12 else ''}"
