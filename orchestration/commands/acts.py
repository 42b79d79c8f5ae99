"""What a person does about a case or a finding from a terminal, or is let in to do in a browser.

One command for each form of an act, with an option for each of its fields.
"""

import inspect
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import typer

from orchestration.commands.output import AsJson, emit
from sightline.casebook.acts import Act
from sightline.home import Home

Person = Annotated[str, typer.Argument(help="Who is to act: a mailbox of the vocabulary.")]
Author = Annotated[
    str,
    typer.Option(
        "--by",
        envvar="SIGHTLINE_PERSON",
        help="Your mailbox, as okrs/vocabulary.yml has it; by default SIGHTLINE_PERSON.",
    ),
]


# What records an act: about what, verb, fields, author, and whether JSON is wanted.
Take = Callable[..., None]


def register(
    app: typer.Typer, forms: Mapping[str, type[Act]], name: str, about: Any, take: Take
) -> None:
    """Adds a command for every form; its argument, `about`, is called `name`."""
    for verb, form in forms.items():
        app.command(verb, help=form.__doc__)(_command(verb, form, name, about, take))


def _command(verb: str, form: type[Act], name: str, about: Any, take: Take) -> Callable[..., None]:
    def command(author: str, as_json: bool, **fields: str) -> None:
        take(fields.pop(name), verb, fields, author, as_json=as_json)

    said = [
        _parameter(
            field_name,
            Annotated[str, _option(field_name, field.description or field.title or field_name)],
            field.get_default(),
        )
        for field_name, field in form.model_fields.items()
    ]
    command.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # typer reads it
        [
            _parameter(name, about),
            *said,
            _parameter("author", Author),
            _parameter("as_json", AsJson, False),
        ]
    )
    return command


def _option(name: str, words: str) -> Any:
    return typer.Option(f"--{name.replace('_', '-')}", help=f"{words}.")


def _parameter(name: str, annotation: Any, default: Any = None) -> inspect.Parameter:
    is_given = isinstance(default, str | bool)
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        annotation=annotation,
        default=default if is_given else inspect.Parameter.empty,
    )


def emit_link(name: str, about: str, person: str, page: str, *, as_json: bool) -> None:
    """Print a link by which one person can act on one thing; `page` is its path on the desk.

    UsageError when the person holds no role today.
    """
    from reports.signed_links import Signer
    from sightline.catalog import load_catalog
    from sightline.people import require_known

    home = Home.from_env()
    now = home.now()
    require_known(load_catalog(home.okrs), person, now.date())
    base = home.public_url or "http://127.0.0.1:3080"
    address = f"{base}{page}?link={Signer.of(home).sign(person, about, now)}"
    emit({name: about, "person": person, "link": address}, address, as_json=as_json)
