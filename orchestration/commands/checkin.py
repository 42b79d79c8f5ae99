"""`checkin`: what a person expects of a key result, kept beside what is computed."""

from typing import Annotated

import typer

from orchestration.commands.output import AsJson, emit
from sightline.errors import UsageError
from sightline.finding import did_you_mean
from sightline.home import Home


def checkin(
    key_result: Annotated[str, typer.Argument(help="The key result, by its id.")],
    confidence: Annotated[
        str, typer.Argument(help="on_track, at_risk, off_track, or a number from 0 to 1.")
    ],
    by: Annotated[str, typer.Option(help="The role that says so, by its id.")],
    reason: Annotated[str, typer.Option(help="Why, in a sentence.")],
    as_json: AsJson = False,
) -> None:
    """Declare how confident you are that a key result will land. Its status stays computed."""
    from sightline.casebook.checkins import CheckIn, CheckIns
    from sightline.catalog import load_catalog
    from sightline.confidence import parse

    home = Home.from_env()
    catalog = load_catalog(home.okrs)
    word, share = parse(confidence)
    if key_result not in catalog.key_results:
        hint = did_you_mean(key_result, catalog.key_results)
        raise UsageError(f"no key result is called {key_result}; {hint}")
    role = catalog.vocabulary.roles.get(by)
    if role is None:
        hint = did_you_mean(by, catalog.vocabulary.roles)
        raise UsageError(f"there is no role {by}; {hint}")
    if not reason.strip():
        raise UsageError("a check-in without a reason helps nobody: say why")
    at = home.now()
    said = CheckIn(key_result, word, share, by, reason.strip())
    checkins = CheckIns(home.casebook_url)
    try:
        is_new = checkins.add(said, at)
    finally:
        checkins.close()
    emit(
        {
            "key_result_id": key_result,
            "confidence": word,
            "share": share,
            "declared_by": by,
            "acting": role.acting_on(at.date()),
            "declared_at": at,
            "is_new": is_new,
        },
        f"{key_result}: {word} declared by {role.name}"
        + ("" if is_new else ", as was said already"),
        as_json=as_json,
    )
