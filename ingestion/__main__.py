"""`python -m ingestion NAME...` pulls sources without any orchestrator; receipts on stdout."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import datetime

from ingestion.pull import Receipt, pull
from ingestion.source import sources
from sightline.errors import SightlineError
from sightline.home import Home


def main(arguments: Sequence[str] | None = None) -> int:
    """Pull the named sources in order; the exit code is that of the error tree, 0 when fine."""
    try:
        _pull(arguments)
    except SightlineError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


def _pull(arguments: Sequence[str] | None) -> None:
    parser = argparse.ArgumentParser(prog="python -m ingestion", description=_listing())
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("names", nargs="+", metavar="NAME", help="sources to pull, in this order")
    parser.add_argument("--json", action="store_true", help="one line of JSON for each source")
    parser.add_argument(
        "--seen-at",
        type=datetime.fromisoformat,
        help="ISO instant with a zone at which the rows count as known (default: now)",
    )
    options = parser.parse_args(arguments)
    home = Home.from_env()
    for name in options.names:
        receipt = pull(name, home=home, seen_at=options.seen_at or home.now())
        line = json.dumps(receipt.as_dict()) if options.json else _sentence(receipt)
        sys.stdout.write(f"{line}\n")


def _listing() -> str:
    lines = [f"  {name:<12} {source.description}" for name, source in sources().items()]
    return "Pull what is new at a source into the raw tables.\n\n" + "\n".join(lines)


def _sentence(receipt: Receipt) -> str:
    parts = [
        f"{table.table} {table.kept}" + (f" ({table.rejected} rejected)" if table.rejected else "")
        for table in receipt.tables
        if table.seen
    ]
    news = ", ".join(parts) or "nothing new"
    return f"{receipt.source}: {news} (seen at {receipt.seen_at:%Y-%m-%d %H:%M} UTC)"


if __name__ == "__main__":
    sys.exit(main())
