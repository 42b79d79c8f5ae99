"""`case ack` to `case reopen`: what a person does about a case, from a terminal.

One command for each form in `sightline/casebook/acts.py`, with an option for each of its fields.
"""

import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

from orchestration.commands.output import AsJson, emit
from sightline.casebook.acts import ACTS, Act
from sightline.home import Home

CaseId = Annotated[str, typer.Argument(help="The case, as `case list` names it.")]
Author = Annotated[
    str,
    typer.Option(
        "--by",
        envvar="SIGHTLINE_PERSON",
        help="Your mailbox, as okrs/vocabulary.yml has it; by default SIGHTLINE_PERSON.",
    ),
]


def register(app: typer.Typer) -> None:
    """Adds a command for every act."""
    for verb, form in ACTS.items():
        app.command(verb, help=form.__doc__)(_command(verb, form))


def _command(verb: str, form: type[Act]) -> Callable[..., None]:
    def command(case_id: str, author: str, as_json: bool, **fields: str) -> None:
        take(case_id, verb, fields, author, as_json=as_json)

    said = [
        _parameter(name, Annotated[str, _option(name, field.title or name)], field.get_default())
        for name, field in form.model_fields.items()
    ]
    command.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # typer reads it
        [
            _parameter("case_id", CaseId),
            *said,
            _parameter("author", Author),
            _parameter("as_json", AsJson, False),
        ]
    )
    return command


def _option(name: str, title: str) -> Any:
    return typer.Option(f"--{name.replace('_', '-')}", help=f"{title}.")


def _parameter(name: str, annotation: Any, default: Any = None) -> inspect.Parameter:
    is_given = isinstance(default, str | bool)
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        annotation=annotation,
        default=default if is_given else inspect.Parameter.empty,
    )


def take(case_id: str, verb: str, fields: dict[str, str], author: str, *, as_json: bool) -> None:
    """Record the act and say where the case stands now."""
    from sightline.acting import act_on
    from sightline.casebook import Casebook
    from sightline.catalog import load_catalog

    home = Home.from_env()
    casebook = Casebook(home.casebook_url)
    casebook.create()
    stands = act_on(
        casebook,
        load_catalog(home.okrs),
        case_id,
        verb=verb,
        fields=fields,
        author=author,
        at=home.now(),
    )
    due = f", next step by {stands.due}" if stands.due else ""
    emit(
        {"case_id": case_id, "state": stands.state, "due": stands.due, "since": stands.since},
        f"{case_id} is {stands.state.replace('_', ' ')}{due}",
        as_json=as_json,
    )
