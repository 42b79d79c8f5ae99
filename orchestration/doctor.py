"""Is everything well that nobody watches? Read from outside the orchestrator, never in its way.

Each check reads state as it lies on disk, read-only, and yields what is wrong with the way out. It
imports no Dagster and no dbt, so that cron can ask every minute, also when those do not start.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from orchestration.dbt_runner import PROJECT, manifest_path
from orchestration.heartbeat import heartbeat_file
from sightline.errors import SightlineEnvironmentError
from sightline.home import Home

# A run may take `max_runtime_seconds` of dagster.yaml (900); what is older is stuck.
_LONGEST_RUN = timedelta(minutes=16)
# An audit follows an alert within seconds; a failed one is tried again within minutes.
_AUDIT_IN = timedelta(minutes=16)
_RUNNING = "('STARTED', 'STARTING', 'CANCELING')"
_UNFINISHED = "('STARTED', 'STARTING', 'CANCELING', 'QUEUED', 'NOT_STARTED')"


@dataclass(frozen=True)
class Symptom:
    """What is wrong and the way out; `is_environment` where Sightline cannot run as it is."""

    check: str
    what: str
    way_out: str
    is_environment: bool = False

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Patience:
    """The wall clock, and how long silence may last before it is a symptom."""

    wall: datetime
    silence: timedelta


class _UnreadableError(Exception):
    """A store that several checks read cannot be; each of them finds the same symptom."""

    def __init__(self, symptom: Symptom) -> None:
        super().__init__(symptom.what)
        self.symptom = symptom


Check = Callable[[Home, Patience], Iterator[Symptom]]


def examine(home: Home, patience: Patience) -> tuple[list[Symptom], list[str]]:
    """Every symptom once, and the checks that were made; one that cannot be made is a symptom."""
    symptoms: list[Symptom] = []
    for name, check in CHECKS.items():
        try:
            symptoms += check(home, patience)
        except _UnreadableError as store:
            symptoms.append(store.symptom)
        except Exception as error:  # a doctor that dies of what it finds tells nobody
            reason = f"{type(error).__name__}: {error}".splitlines()[0]
            symptoms.append(Symptom(name, f"cannot be looked at: {reason}", "mend that", True))
    return list(dict.fromkeys(symptoms)), list(CHECKS)


def _manifest(home: Home, _patience: Patience) -> Iterator[Symptom]:
    try:
        manifest_path(home.checkout / PROJECT.name)
    except SightlineEnvironmentError as error:
        what, _, way_out = str(error).rpartition(": ")
        yield Symptom("manifest", what, way_out, True)


def _instance(home: Home, _patience: Patience) -> Iterator[Symptom]:
    """Several processes that make a fresh SQLite instance at once can break it for good."""
    for store in (_runs(home), home.dagster / "schedules" / "schedules.db"):
        if not store.exists():
            if (home.dagster / "making.lock").exists() or (home.dagster / "history").exists():
                yield _broken(store, "is missing")
            continue
        with _reading(store) as connection:
            if not connection.execute("select 1 from alembic_version").fetchall():
                yield _broken(store, "has no version")


def _heartbeats(home: Home, patience: Patience) -> Iterator[Symptom]:
    """The pulse's own heartbeat, and the daemon's in its instance."""
    beat = heartbeat_file(home)
    if not beat.exists():
        yield Symptom("heartbeat", "no pulse has ever ended", "start the daemon: `make dev`")
    else:
        last = datetime.fromtimestamp(beat.stat().st_mtime, UTC)
        if patience.wall - last > patience.silence:
            yield Symptom("heartbeat", f"no pulse has ended since {last:%Y-%m-%d %H:%M} UTC",
                          "look whether the daemon runs and what its last run says")  # fmt: skip
    if not _runs(home).exists():
        return
    with _reading(_runs(home)) as connection:
        beats = connection.execute("select daemon_type, timestamp from daemon_heartbeats")
        for daemon, at in beats.fetchall():
            if patience.wall - _moment(at) > patience.silence:
                yield Symptom("daemon", f"the {str(daemon).lower()} daemon is silent since {at}",
                              "start the daemon again")  # fmt: skip


def _runs_and_slots(home: Home, patience: Patience) -> Iterator[Symptom]:
    if not _runs(home).exists():
        return
    before = (patience.wall - _LONGEST_RUN).timestamp()
    with _reading(_runs(home)) as connection:
        stuck = connection.execute(
            "select run_id, pipeline_name, start_time is null from runs "  # noqa: S608 - ours
            f"where status in {_UNFINISHED} and coalesce("
            "start_time, cast(strftime('%s', create_timestamp) as integer)) < ?",
            [before],
        ).fetchall()
        running = {
            row[0]
            for row in connection.execute(f"select run_id from runs where status in {_RUNNING}")  # noqa: S608
        }
    for run_id, job, waits in stuck:
        how = "waiting to start" if waits else "going"
        yield Symptom("runs", f"run {run_id} of {job} has been {how} for over 16 minutes",
                      f"`dagster run cancel {run_id}`; monitoring should have")  # fmt: skip
    index = home.dagster / "history" / "runs" / "index.db"
    if not index.exists():
        return
    with _reading(index) as connection:
        held = connection.execute(
            "select concurrency_key, run_id from concurrency_slots where run_id is not null"
        ).fetchall()
    for pool, run_id in held:
        if run_id not in running:
            yield Symptom("slots", f"pool {pool} is held by run {run_id}, which is over",
                          "free the slot under Deployment, Concurrency")  # fmt: skip


def _casebook(home: Home, _patience: Patience) -> Iterator[Symptom]:
    """What waits to be said, what never arrived, and what waits for its audit."""
    from sqlalchemy import create_engine

    from sightline.casebook import log
    from sightline.casebook.announcing import Announcing
    from sightline.casebook.outbox import Outbox

    url = home.casebook_url
    if url.startswith("sqlite:///"):
        path = Path(url.removeprefix("sqlite:///"))
        if not path.exists():
            return
        url = f"sqlite:///file:{path}?mode=ro&uri=true"
    engine = create_engine(url)
    try:
        outbox, announcing, now = Outbox(engine), Announcing(engine), home.now()
        late = [each for each in outbox.undelivered(now) if now - each.created_at > _LONGEST_RUN]
        if late:
            yield Symptom("outbox", f"{_are(len(late), 'message')} due and not sent",
                          "start the daemon, or `sightline digest --only-send`")  # fmt: skip
        for letter in outbox.undeliverable():
            yield Symptom("dead letters", f"“{letter.message.subject}” never arrived on "
                          f"{letter.message.channel}", "mend the channel's address")  # fmt: skip
        known = {about for about, told in announcing.announced().items() if told.is_open
                 and now - told.opened_at > _AUDIT_IN} | announcing.held_back()  # fmt: skip
        with engine.connect() as connection:
            audited = set(log.counts(connection, "audit_finished"))
        for case_id in _open_episodes(home):
            if case_id in known - audited:
                yield Symptom("audits", f"{case_id} has no audit", "see the runs of job `audit`")
    finally:
        engine.dispose()


def _marts(home: Home, patience: Patience) -> Iterator[Symptom]:
    """Whether what is published is of today, and all of raw sealed in it."""
    if not home.published.exists():
        yield Symptom("marts", "nothing has been published", "run `make demo` or a pulse")
        return
    ((published_at,),) = _published(home, "select published_at from marts.publication")
    age = home.now() - published_at.replace(tzinfo=UTC)
    if age > patience.silence:
        yield Symptom("marts", f"the marts are of {published_at:%Y-%m-%d %H:%M} UTC",
                      "look why no pulse has published since")  # fmt: skip
    unsealed = _published(
        home,
        "select load_id from marts.fct_source_load "
        "where seen_at < (select max(as_of) from marts.rpt_one_glance) "
        "except select load_id from marts.fct_load_seal",
    )
    if unsealed:
        yield Symptom("seals", f"{_are(len(unsealed), 'load')} not sealed",
                      "`sightline verify` says which; the next pulse seals them")  # fmt: skip


CHECKS: dict[str, Check] = {
    "manifest": _manifest,
    "instance": _instance,
    "heartbeat": _heartbeats,
    "runs": _runs_and_slots,
    "casebook": _casebook,
    "marts": _marts,
}


def _are(count: int, noun: str) -> str:
    return f"1 {noun} is" if count == 1 else f"{count} {noun}s are"


def _broken(store: Path, how: str) -> Symptom:
    way_out = f"stop everything, move {store.parents[1]} away and start again: no truth is in it"
    return Symptom("instance", f"the Dagster instance is broken: {store.name} {how}", way_out, True)


def _runs(home: Home) -> Path:
    return home.dagster / "history" / "runs.db"


def _open_episodes(home: Home) -> list[str]:
    if not home.published.exists():
        return []
    query = "select episode_id from marts.fct_kpi_episode where is_open order by episode_id"
    return [row[0] for row in _published(home, query)]


def _published(home: Home, query: str) -> list[tuple[Any, ...]]:
    import duckdb

    from sightline.warehouse.duckdb import read_published

    try:
        with read_published(home) as connection:
            return connection.execute(query).fetchall()
    except duckdb.Error as error:
        what = f"{home.published} cannot be read: {str(error).splitlines()[0]}"
        way_out = "the next pulse publishes anew; if it does not help, see what that run says"
        raise _UnreadableError(Symptom("marts", what, way_out, True)) from error


@contextmanager
def _reading(store: Path) -> Iterator[sqlite3.Connection]:
    """A SQLite file of the instance, read-only: nobody waits for it, and it changes nothing."""
    try:
        with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=2)) as connection:
            yield connection
    except sqlite3.OperationalError as error:  # busy, or shut: the file may be whole
        way_out = f"look again, then look who holds {store} and whether it may be read"
        what = f"{store.name} cannot be looked at: {error}"
        raise _UnreadableError(Symptom("instance", what, way_out, True)) from error
    except sqlite3.DatabaseError as error:
        raise _UnreadableError(_broken(store, f"cannot be read: {error}")) from error


def _moment(text: object) -> datetime:
    return datetime.fromisoformat(str(text)).replace(tzinfo=UTC)
