"""Reads one YAML file into plain data, remembering where every key and value stood.

YAML 1.2 core schema only: `NO` and `12:30:45` are text, numbers are exact (`Decimal`), days stay
text until a model asks for a day. Aliases, tags, duplicate keys, several documents, deep nesting
and oversized files are refused: a definition needs none, and each has been used for harm.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from sightline.errors import DefinitionError
from sightline.finding import Finding, Place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# The largest shipped file has 4 kB and 5 levels.
LARGEST_FILE = 256 * 1024
DEEPEST_LEVEL = 12
# Twice what decimal(38, 9) shows; longer digit strings are text, so parsing stays linear.
LONGEST_NUMBER = 80

Path_ = tuple[str | int, ...]

# Unicode's control, format (bidirectional overrides), surrogate, private and unassigned characters.
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
_NULL = {"", "~", "null", "Null", "NULL"}
_TRUE = {"true", "True", "TRUE"}
_FALSE = {"false", "False", "FALSE"}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class Document:
    """Plain data of one file and the place of every key and value in it, by path."""

    file: str
    data: Any
    places: dict[Path_, Place] = field(repr=False)

    def place(self, *path: str | int) -> Place:
        """Where the key or list item at `path` stands; its nearest parent when it is absent."""
        for length in range(len(path), 0, -1):
            found = self.places.get(path[:length])
            if found is not None:
                return found
        return Place(self.file)


def read(path: Path, file: str) -> Document:
    """Read one definition file; `file` is the name findings carry.

    Raises DefinitionError with one finding when the file is not plain, small, well-formed YAML.
    """
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise _refused(
            Place(file),
            "file_too_large",
            f"the file has {size:,} bytes, more than {LARGEST_FILE:,}",
            "split it: one objective, KPI or policy a file",
        )
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise _refused(
            Place(file), "not_utf8", f"byte {error.start} is not UTF-8", "save the file as UTF-8"
        ) from error
    return read_text(text, file)


def read_text(text: str, file: str) -> Document:
    """Read YAML text; see `read`."""
    builder = _Builder(file)
    try:
        data = builder.document(_events(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _refused(
            Place(file, mark.line + 1, mark.column + 1) if mark else Place(file),
            "not_yaml",
            error.problem or "this is not YAML",
            "check indentation, quotes and brackets at and just before this line",
        ) from error
    except (YAMLError, ValueError) as error:  # ruamel lets chr() raise on "\\U00110000"
        raise _refused(
            Place(file),
            "not_yaml",
            " ".join(str(error).split())[:200],
            "remove control characters and save the file as plain UTF-8 text",
        ) from error
    return Document(file, data, builder.places)


def _events(text: str) -> Iterator[Any]:
    yield from YAML(typ="safe", pure=True).parse(text)


def _refused(place: Place, rule: str, message: str, way_out: str) -> DefinitionError:
    return DefinitionError([Finding(place, rule, message, way_out)])


class _Builder:
    """Folds the parser's events into data. No alias is ever followed, so size stays the file's."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.places: dict[Path_, Place] = {}

    def document(self, events: Iterator[Any]) -> Any:
        documents = 0
        data: Any = None
        for event in events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._refused(
                        event,
                        "several_documents",
                        "a second document starts here",
                        "remove the `---`, or move what follows it into a file of its own",
                    )
            elif isinstance(event, NodeEvent):
                data = self._node(event, events, ())
        return data

    def _node(self, event: Any, events: Iterator[Any], path: Path_) -> Any:
        self._refuse_tricks(event, path)
        self.places.setdefault(path, self._place(event))
        if isinstance(event, ScalarEvent):
            return _scalar(event)
        if isinstance(event, SequenceStartEvent):
            items: list[Any] = []
            while not isinstance(child := next(events), SequenceEndEvent):
                items.append(self._node(child, events, (*path, len(items))))
            return items
        return self._mapping(events, path)

    def _mapping(self, events: Iterator[Any], path: Path_) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        while not isinstance(key_event := next(events), MappingEndEvent):
            self._refuse_tricks(key_event, path)
            if not isinstance(key_event, ScalarEvent):
                raise self._refused(
                    key_event,
                    "key_not_text",
                    "a key must be a word, not a list or a mapping",
                    "write `word: value`",
                )
            key = key_event.value
            if key in mapping:
                first = self.places[(*path, key)].line
                raise self._refused(
                    key_event,
                    "duplicate_key",
                    f"{key!r} is already set on line {first}",
                    "keep one of the two; neither may win silently",
                )
            self.places[(*path, key)] = self._place(key_event)
            mapping[key] = self._node(next(events), events, (*path, key))
        return mapping

    def _refuse_tricks(self, event: Any, path: Path_) -> None:
        if isinstance(event, AliasEvent) or event.anchor is not None:
            raise self._refused(
                event,
                "alias",
                "anchors (&) and aliases (*) are not allowed: a few lines of them can unfold to "
                "gigabytes",
                "write the value out where it is used, or quote it if it is meant as text",
            )
        if event.ctag is not None and str(event.ctag):
            raise self._refused(
                event,
                "tag",
                f"the tag {event.ctag} is not allowed",
                "remove it; quote the value if it is meant as text",
            )
        if isinstance(event, ScalarEvent) and any(map(_is_hidden, event.value)):
            raise self._refused(
                event,
                "hidden_character",
                "the text holds a character nobody can see (control, format or half a surrogate)",
                "retype the text; what looks right may read otherwise to a machine",
            )
        if len(path) >= DEEPEST_LEVEL and isinstance(event, MappingStartEvent | SequenceStartEvent):
            raise self._refused(
                event,
                "too_deep",
                f"nested deeper than {DEEPEST_LEVEL} levels",
                "flatten it: no definition needs this",
            )

    def _place(self, event: Any) -> Place:
        return Place(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _refused(self, event: Any, rule: str, message: str, way_out: str) -> DefinitionError:
        return _refused(self._place(event), rule, message, way_out)


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character) in _HIDDEN and character != "\n"


def _scalar(event: ScalarEvent) -> Any:
    value: str = event.value
    if event.style in ("'", '"', "|", ">") or len(value) > LONGEST_NUMBER:
        return value
    if value in _NULL:
        return None
    if value in _TRUE:
        return True
    if value in _FALSE:
        return False
    if _INTEGER.fullmatch(value):
        return int(value)
    if _DECIMAL.fullmatch(value):
        return Decimal(value)
    return value
