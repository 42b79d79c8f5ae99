"""Data on stdout, talk on stderr; `--json` gives the data as one document."""

import json
import sys
from typing import Annotated, Any

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print the data as one JSON document.")]


def emit(data: Any, text: str, *, as_json: bool) -> None:
    """Print the data or the text that says the same, on stdout."""
    sys.stdout.write((json.dumps(data, indent=2, default=str) if as_json else text) + "\n")


def say(sentence: str) -> None:
    """Tell the person at the terminal something that is not data."""
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()
