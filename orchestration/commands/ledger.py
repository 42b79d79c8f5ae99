"""`verify`, `prove` and `ledger …`: is raw still what was loaded, and who can tell?"""

import json
from pathlib import Path
from typing import Annotated

import typer

from orchestration.commands.output import AsJson, emit
from sightline.errors import SightlineEnvironmentError, UsageError
from sightline.home import Home

app = typer.Typer(help="The log of seals, and the key that signs it.")


def verify(
    root: Annotated[
        list[str] | None,
        typer.Option(help="A root that was noted down, as in 41:5bb3…; may be given many times."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare raw, seals, checkpoints and definition files with what was exported.

    With the roots that you kept, from digests or `ledger root`, it also finds a log that somebody
    with the key wrote anew. Exit code 1 when something is not as it was sealed, or the log no
    longer has one of the roots; 4 when nothing is sealed yet.
    """
    from orchestration.keys import raw_keys
    from sightline.ledger.verifying import verify as compare

    outcome = compare(Home.from_env(), raw_keys(), noted=root or ())
    emit(outcome.as_dict(), outcome.text(), as_json=as_json)
    raise typer.Exit(1 if outcome.breaches else 0)


def prove(
    table: Annotated[str, typer.Argument(help="The raw table, as in raw_erp.downtime.")],
    load: Annotated[str, typer.Argument(help="The load, as in _dlt_load_id.")],
    row: Annotated[int, typer.Argument(help="The row's number in the load, as in _row.")],
    to: Annotated[
        Path | None, typer.Option(help="The file to write; default: <table>-<load>-<row>.json.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write the proof that a raw row was loaded as it is, for somebody without the warehouse.

    `python sightline/ledger/check_proof.py PROOF KEY` checks it, with the trusted key that
    `ledger root` names or one that `ledger rotate-key` introduced.
    """
    from sightline.ledger.proving import prove as proof_of

    dataset, dot, name = table.partition(".")
    if not dot:
        raise UsageError(f"{table} names no table: write dataset and table, as in raw_erp.downtime")
    proof = proof_of(Home.from_env(), dataset=dataset, table=name, load_id=load, row=row)
    path = to or Path(f"{table}-{load}-{row}.json")
    try:
        path.write_text(json.dumps(proof, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise SightlineEnvironmentError(
            f"cannot write {path}: {error.strerror}; name another file with --to"
        ) from error
    emit({"proof": str(path)}, str(path), as_json=as_json)


@app.command("rotate-key")
def rotate_key(as_json: AsJson = False) -> None:
    """Hand over to a new signing key, which the old one introduces by its last signature."""
    from sightline.ledger.sealing import rotate_key as hand_over

    home = Home.from_env()
    sealed = hand_over(home, sealed_at=home.now())
    emit(
        {"seal": sealed.number, "verifier": sealed.introduces},
        f"seal {sealed.number} introduces {sealed.introduces}",
        as_json=as_json,
    )


@app.command("accept-loss")
def accept_loss(
    by: Annotated[str, typer.Option("--by", help="Who goes on without them.")],
    text: Annotated[str, typer.Option("--text", help="Why, in a sentence that stays on record.")],
    as_json: AsJson = False,
) -> None:
    """Go on without sealed loads that are lost, as after an old backup was restored.

    It is signed and sealed as one more entry of the log, and `verify` goes on remarking it. Exit
    code 4 when no load is lost.
    """
    from sightline.ledger.sealing import accept_loss as accept

    home = Home.from_env()
    sealed = accept(home, author=by, reason=text, sealed_at=home.now())
    loads = sealed.accepts.loads if sealed.accepts else ()
    emit(
        {"seal": sealed.number, "loads": [list(load) for load in loads]},
        f"seal {sealed.number} goes on without {len(loads)} loads",
        as_json=as_json,
    )


@app.command()
def restore(as_json: AsJson = False) -> None:
    """Bring an old copy of the checkpoints up to the warehouse, and its seals back to them.

    Written into the checkpoints is what the warehouse holds under the signature of the log's own
    key, where the rows are as it says. Seals that were altered in the warehouse are made anew from
    the checkpoints. Exit code 4 when nothing differs.
    """
    from sightline.ledger.restoring import restore as write_back

    restored = write_back(Home.from_env())
    said = (("restored", restored.seals), ("brought back in the warehouse", restored.copies))
    lines = [f"{what}: seals {', '.join(map(str, seals))}" for what, seals in said if seals]
    emit(
        {"seals": list(restored.seals), "copies": list(restored.copies)},
        "\n".join(lines) or "brought back in the warehouse: nothing but the seals there are",
        as_json=as_json,
    )


@app.command()
def root(as_json: AsJson = False) -> None:
    """The newest root, the signed checkpoint that holds it, and the key that trust begins with.

    Note the root down elsewhere: `verify --root` tells whether the log up to it was rewritten.
    """
    from sightline.ledger.archive import Archive
    from sightline.ledger.note import parse

    archive = Archive(Home.from_env().checkpoints)
    checkpoint = archive.required_checkpoint()
    noted = parse(checkpoint).noted_root
    emit(
        {"root": noted, "checkpoint": checkpoint, "trusted_key": archive.trusted_key()},
        f"{noted}\n\n{checkpoint}\ntrusted key: {archive.trusted_key()}",
        as_json=as_json,
    )
