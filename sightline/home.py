"""Where things land, and what time it is: the two answers that depend on the surroundings."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sightline.errors import SightlineEnvironmentError
from sightline.page_name import page_name

if TYPE_CHECKING:
    from collections.abc import Mapping

CHECKOUT = Path(__file__).resolve().parent.parent
_SOURCES = ("SIGHTLINE_ERP_URL", "SIGHTLINE_TRACKER_URL", "SIGHTLINE_SHEETS_DIR")


@dataclass(frozen=True, slots=True)
class Home:
    """The state directory and the definitions folder of one installation.

    Build it with `from_env()`: SIGHTLINE_HOME (default `<checkout>/.sightline`), SIGHTLINE_OKRS
    (default `<checkout>/okrs`), SIGHTLINE_CASEBOOK_URL, SIGHTLINE_CLOCK (default the demo firm's,
    in a home that holds one and where no source of one's own is named), SIGHTLINE_CHECKPOINTS,
    SIGHTLINE_CHECKPOINTS_GIT, SIGHTLINE_TIMESTAMPS and SIGHTLINE_SIGNING_KEY are read there, once.
    """

    root: Path
    okrs: Path
    casebook_url: str
    clock: Path | None = None
    public_url: str = ""  # SIGHTLINE_PUBLIC_URL, where `sightline serve` is reached, if it is
    checkout: Path = CHECKOUT
    checkpoints_setting: Path | None = None
    signing_key_setting: Path | None = None
    checkpoints_remote: str | None = None
    timestamps: str | None = None

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Home:
        """The home the environment asks for; an empty variable counts as not set."""
        env = os.environ if environ is None else environ
        root = Path(env.get("SIGHTLINE_HOME") or CHECKOUT / ".sightline").expanduser().resolve()
        return cls(
            root=root,
            okrs=_path(env, "SIGHTLINE_OKRS") or CHECKOUT / "okrs",
            casebook_url=env.get("SIGHTLINE_CASEBOOK_URL") or f"sqlite:///{root / 'casebook.db'}",
            clock=_path(env, "SIGHTLINE_CLOCK") or _clock_of_the_firm(root, env),
            public_url=env.get("SIGHTLINE_PUBLIC_URL", "").rstrip("/"),
            checkpoints_setting=_path(env, "SIGHTLINE_CHECKPOINTS"),
            signing_key_setting=_path(env, "SIGHTLINE_SIGNING_KEY"),
            checkpoints_remote=env.get("SIGHTLINE_CHECKPOINTS_GIT") or None,
            timestamps=env.get("SIGHTLINE_TIMESTAMPS") or None,
        )

    @property
    def warehouse(self) -> Path:
        """The warehouse, private to the pipeline."""
        return self.root / "warehouse.duckdb"

    @property
    def standing(self) -> Path:
        """How dbt left what a build does not make anew, out of the warehouse's reach."""
        return self.root / "standing.json"

    @property
    def published(self) -> Path:
        """The read-only copy of the marts for BI, swapped in atomically."""
        return self.root / "published" / "sightline.duckdb"

    @property
    def published_parquet(self) -> Path:
        """The same marts as Parquet files, one a table."""
        return self.root / "published" / "parquet"

    @property
    def reports(self) -> Path:
        """The board, `index.html`, and beside it the case pages."""
        return self.root / "reports"

    @property
    def cases(self) -> Path:
        """One page for each audit case."""
        return self.reports / "cases"

    def case_page(self, case_id: str) -> Path:
        """The page of one audit case."""
        return self.cases / f"{page_name(case_id)}.html"

    @property
    def findings(self) -> Path:
        """One page for each finding about a number."""
        return self.reports / "findings"

    def finding_page(self, finding_id: str) -> Path:
        """The page of one finding."""
        return self.findings / f"{page_name(finding_id)}.html"

    @property
    def expectations(self) -> Path:
        """Great Expectations' own stores: suites, checkpoints, validation results, Data Docs."""
        return self.root / "expectations"

    @property
    def dlt(self) -> Path:
        """Working directories of the dlt pipelines."""
        return self.root / "dlt"

    @property
    def dagster(self) -> Path:
        """The Dagster instance: runs, events, logs."""
        return self.root / "dagster"

    @property
    def outbox(self) -> Path:
        """What the file channel delivered."""
        return self.root / "outbox"

    @property
    def checkpoints(self) -> Path:
        """Seals, signed checkpoints and leaf hashes of raw, out of the warehouse's reach."""
        return self.checkpoints_setting or self.root / "checkpoints"

    @property
    def signing_key(self) -> Path:
        """The key that signs checkpoints."""
        return self.signing_key_setting or self.root / "keys" / "ledger.pem"

    @property
    def link_key(self) -> Path:
        """The key that signs the links by which people act on cases."""
        return self.root / "keys" / "links.key"

    @property
    def demo(self) -> Path:
        """The sources of the simulated firm."""
        return self.root / "demo"

    def create(self) -> Home:
        """Make the folders that are missing; returns the same home."""
        folders = (
            self.root,
            self.published.parent,
            self.reports,
            self.cases,
            self.findings,
            self.dlt,
            self.dagster,
            self.outbox,
            self.demo,
        )
        try:
            for folder in folders:
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SightlineEnvironmentError(
                f"cannot make the state directory {self.root}: {error.strerror}; "
                "point SIGHTLINE_HOME at a folder you may write to"
            ) from error
        return self

    def now(self) -> datetime:
        """The present moment, aware, in UTC. The one ambient clock: only edges may ask.

        Where there is a clock file it is the ISO instant in it, reread at every call. Raises
        SightlineEnvironmentError when the file cannot be read so.
        """
        if self.clock is None:
            return datetime.now(UTC)
        try:
            text = self.clock.read_text(encoding="utf-8").strip()
            instant = datetime.fromisoformat(text)
        except (OSError, ValueError) as error:
            raise SightlineEnvironmentError(
                f"the clock {self.clock} (SIGHTLINE_CLOCK, or the demo firm's) holds no ISO "
                "instant such as 2026-10-26T06:00:00Z"
            ) from error
        if instant.tzinfo is None:
            raise SightlineEnvironmentError(
                f"the instant {text!r} in {self.clock} has no time zone: write it with a final Z"
            )
        return instant.astimezone(UTC)


def _clock_of_the_firm(root: Path, environ: Mapping[str, str]) -> Path | None:
    """Whoever asks about the demo firm, in whatever shell, lives in its time.

    Not where sources of one's own are named: time would stand still, and nothing ever be late.
    """
    clock = root / "demo" / "clock"
    return clock if clock.exists() and not any(map(environ.get, _SOURCES)) else None


def _path(environ: Mapping[str, str], setting: str) -> Path | None:
    text = environ.get(setting)
    return Path(text).expanduser().resolve() if text else None
