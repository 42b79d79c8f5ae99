"""`asof`: the board and the cases of a past moment, as they were known then."""

from datetime import datetime
from typing import Annotated

import typer

from orchestration.commands.output import AsJson, emit, say
from sightline.errors import UsageError
from sightline.home import Home


def asof(
    moment: Annotated[str, typer.Argument(help="An instant with its zone: 2026-10-26T06:00Z.")],
    as_json: AsJson = False,
) -> None:
    """Rebuild board and open cases as they were known at a moment, in a folder of their own.

    Nothing of today is touched and nobody is told. With SIGHTLINE_HOME set to the folder,
    `status`, `why` and `board` read that past.
    """
    from orchestration.past import rebuild

    known_at = instant(moment)
    say(f"building the marts as they were known at {known_at.isoformat()}")
    past = rebuild(Home.from_env(), known_at)
    pages = {case: str(past.home.case_page(case)) for case in past.cases}
    data = {
        "as_of": past.as_of.isoformat(),
        "home": str(past.home.root),
        "board": str(past.home.reports / "index.html"),
        "cases": pages,
        "database": str(past.home.published),
    }
    told = [
        ("as of", f"{data['as_of']}, the last look by then"),
        ("board", data["board"]),
        *(("case", page) for page in pages.values()),
        ("marts", data["database"]),
        ("look", f"SIGHTLINE_HOME={data['home']} sightline status"),
    ]
    emit(data, "\n".join(f"{what:<7}{line}" for what, line in told), as_json=as_json)


def instant(text: str) -> datetime:
    """An aware moment as a person writes it; UsageError for one without a zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text} is no instant: write it as 2026-10-26T06:00Z") from error
    if moment.tzinfo is None:
        raise UsageError(f"{text} has no time zone: end it with Z for UTC, or +02:00")
    return moment
