"""Turns what pydantic says about a file's shape into findings a person can act on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel

from sightline.finding import Finding, did_you_mean, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from sightline.yaml_reader import Document

_WANTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a mapping of `word: value` lines",
    "model_type": "a mapping of `word: value` lines",
}


def findings_of(
    error: ValidationError, document: Document, model: type[BaseModel]
) -> Iterator[Finding]:
    """One finding an error; a missing key that was merely misspelt is told once, at the typo."""
    details = error.errors(include_url=False)
    misspelt = {
        (*detail["loc"][:-1], meant)
        for detail in details
        if detail["type"] == "extra_forbidden"
        and (meant := _meant(detail, model, details)) is not None
    }
    for detail in details:
        if detail["type"] == "missing" and detail["loc"] in misspelt:
            continue
        rule, message, way_out = _explain(detail, model, details)
        yield Finding(document.place(*detail["loc"]), rule, message, way_out)


def _explain(
    detail: ErrorDetails, model: type[BaseModel], details: list[ErrorDetails]
) -> tuple[str, str, str]:
    """Rule, message and way out of one pydantic error."""
    kind, loc, context = detail["type"], detail["loc"], detail.get("ctx", {})
    name, given = _name(loc), _shown(detail["input"])
    if kind == "extra_forbidden":
        meant = _meant(detail, model, details)
        hint = f"did you mean {meant!r}?" if meant else did_you_mean(loc[-1], _keys(model, loc))
        return "unknown_key", f"the key {loc[-1]!r} means nothing here", hint
    if kind == "missing":
        return "missing_key", f"{name} is missing", f"add a line `{loc[-1]}: …`"
    if kind in {"enum", "literal_error"}:
        words = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        message = f"{name} is {given}, which is not an allowed word"
        return "unknown_word", message, did_you_mean(detail["input"], words)
    if kind in _WANTED:
        wanted = _WANTED[kind]
        return "wrong_kind_of_value", f"{name} is {given} and not {wanted}", f"write {wanted}"
    if kind == "string_pattern_mismatch":
        message = f"{name} is {given}, which does not have the required form"
        return "bad_spelling", message, f"match the pattern {context.get('pattern')}"
    if kind in {"too_short", "string_too_short"}:
        return "empty", f"{name} is empty", "add at least one entry"
    if kind == "string_too_long":
        return "too_long", f"{name} is longer than {context.get('max_length')} characters", "cut it"
    if "way_out" in context:
        return kind, f"{name} is {given}, which {detail['msg']}", str(context["way_out"])
    return "bad_value", f"{name} is {given}: {detail['msg']}", "correct the value"


def _name(loc: tuple[int | str, ...]) -> str:
    """The path as a reader of the file would say it: `links[2].kpi`."""
    text = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in loc)
    return text.removeprefix(".") or "the file"


def _shown(value: object) -> str:
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else value[:60] + "…")
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "empty"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _meant(detail: ErrorDetails, model: type[BaseModel], details: list[ErrorDetails]) -> str | None:
    """The key a misspelt one was meant to be; a missing sibling is the likeliest."""
    parent = detail["loc"][:-1]
    missing = [
        str(other["loc"][-1])
        for other in details
        if other["type"] == "missing" and other["loc"][:-1] == parent
    ]
    for candidates in (missing, _keys(model, detail["loc"])):
        near = nearest(detail["loc"][-1], candidates)
        if near:
            return near
    return None


def _keys(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """The keys allowed where the last part of `loc` stands."""
    annotation: Any = model
    for part in loc[:-1]:
        annotation = _below(annotation, part)
    found = next(_models_in(annotation), None)
    return [field.alias or name for name, field in found.model_fields.items()] if found else []


def _below(annotation: Any, part: int | str) -> Any:
    for found in _models_in(annotation):
        for name, field in found.model_fields.items():
            if part in (name, field.alias):
                return field.annotation
    return annotation  # an item of a list or a mapping: its model is found inside the annotation


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)
