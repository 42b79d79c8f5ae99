"""`policy prove` and `policy backtest`: what a conflict policy decides, before it has to."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from orchestration.commands.output import AsJson, emit, say
from orchestration.commands.reading import marts
from sightline.errors import NothingCheckedError, UsageError
from sightline.home import Home

_REFUSED = """
    select policy_id, list(period_start order by period_start) from marts.fct_policy_verdict
    where rule = 'approved_late' group by policy_id
"""

app = typer.Typer(help="Conflict policies: proven, and replayed over history before anyone signs.")


@app.command()
def prove(
    policy: Annotated[str | None, typer.Argument(help="One policy; all when left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Prove every law of a policy, or show what breaks it; exit code 1 when something does."""
    from sightline.catalog import read_catalog
    from sightline.policy_proof import proofs

    home = Home.from_env()
    every = list(proofs(read_catalog(home.okrs), refused=_refused(home)))
    if not every:
        raise NothingCheckedError(f"there is no policy in {home.okrs}: nothing is proven")
    chosen = [proof for proof in every if policy in (None, proof.policy_id)]
    if not chosen:
        known = ", ".join(proof.policy_id for proof in every)
        raise UsageError(f"no policy is called {policy}; there are: {known}")
    emit(
        [proof.as_dict() for proof in chosen],
        "\n\n".join(proof.text() for proof in chosen),
        as_json=as_json,
    )
    raise typer.Exit(0 if all(proof.holds for proof in chosen) else 1)


def _refused(home: Home) -> dict[str, list[date]]:
    """The periods a policy was approved too late for; none before the first pulse."""
    if not home.published.exists():
        return {}
    with marts() as connection:
        return dict(connection.execute(_REFUSED).fetchall())


@app.command()
def backtest(
    policy_file: Annotated[Path, typer.Argument(help="A policy as YAML, in force or not.")],
    first: Annotated[
        str | None, typer.Option("--from", help="First day; the objective's when left out.")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", help="Last day; the objective's when left out.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Replay a policy over history: what it would have decided, beside the policy in force.

    It is proven first; exit code 1, and the counter-examples, when a law is broken.
    """
    from orchestration.backtest import backtest as replay
    from sightline.catalog import read_catalog
    from sightline.policy_proof import proofs

    span = {"first": _day(first), "last": _day(last)}
    if span["first"] and span["last"] and span["first"] > span["last"]:
        raise UsageError(f"--from {first} is after --to {last}: swap them")
    home = Home.from_env()
    policy, catalog = read_catalog(home.okrs).proposing(policy_file)
    (proof,) = (each for each in proofs(catalog) if each.policy_id == policy.id)
    if not proof.holds:
        emit(proof.as_dict(), proof.text(), as_json=as_json)
        raise typer.Exit(1)
    say(f"{policy.id} is proven; replaying it in a copy of the warehouse")
    replayed = replay(home, policy, catalog, **span)
    emit(replayed.as_dict(), replayed.text(), as_json=as_json)


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text} is not a day: write it as 2026-10-19") from error
