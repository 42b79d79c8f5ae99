"""The `sightline` command. Exit codes: 0 fine, 1 findings, 2 definition or usage error,
3 environment, 4 nothing checked."""

import sys

import typer

from orchestration.commands import (
    case,
    checkin,
    definitions,
    demo,
    digest,
    doctor,
    evidence,
    finding,
    guard,
    ledger,
    new,
    past,
    policy,
    reading,
    reconcile,
    serve,
    silence,
    why,
)
from sightline.errors import SightlineError

app = typer.Typer(
    name="sightline",
    help=__doc__,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(definitions.check)
app.command()(definitions.schema)
app.command()(reading.status)
app.command()(why.why)
app.command()(reading.board)
app.command()(checkin.checkin)
app.command()(evidence.evidence)
app.command()(guard.guard)
app.command()(past.asof)
app.command()(ledger.verify)
app.command()(ledger.prove)
app.command()(reconcile.reconcile)
app.command()(doctor.doctor)
app.command()(digest.digest)
app.command()(serve.serve)
app.add_typer(case.app, name="case")
app.add_typer(finding.app, name="finding")
app.add_typer(ledger.app, name="ledger")
app.add_typer(silence.app, name="silence")
app.add_typer(policy.app, name="policy")
app.add_typer(demo.app, name="demo")
app.add_typer(new.app, name="new")


def main() -> None:
    """Run the command; an error of ours is told in its own words and sets the exit code."""
    try:
        app()
    except SightlineError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)
