"""What does a form say? Read from a POST of our own pages, and from nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from starlette.requests import Request

MOST_BYTES = 64_000  # a form holds a few sentences
_MOST_FIELDS = 20


class NotFormError(ValueError):
    """What was posted is not a form of ours."""


async def posted_form(request: Request) -> dict[str, str]:
    """The fields of a form; NotFormError when it is too long, doubled, or sent by another site."""
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise NotFormError("this form was sent by another site")
    if request.headers.get("content-type", "") != "application/x-www-form-urlencoded":
        raise NotFormError("only a form can be posted here")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise NotFormError(f"a form holds at most {MOST_BYTES:,} bytes")
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError as error:
        raise NotFormError("this is no form") from error
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise NotFormError("a field was sent twice")
    return fields
