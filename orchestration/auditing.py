"""Which episodes wait for an audit, and the audit of a batch of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from orchestration.once_at_a_time import alone
from sightline.casebook import Casebook
from sightline.home import Home
from sightline.warehouse.duckdb import read_published


@dataclass(frozen=True)
class Look:
    """What one look at the episodes saw: how many are open, and which wait for an audit."""

    open_episodes: int
    waiting: tuple[str, ...]


@dataclass(frozen=True)
class Audited:
    """One finished audit: its case, what it found in a sentence, whom it asked, where to read."""

    case_id: str
    headline: str
    departments: tuple[str, ...]
    page: Path


def waiting_episodes(home: Home) -> Look:
    """Open episodes that were announced, or held back, and have no finished audit.

    The alert goes first; a silence changes what is told, not what is asked.
    """
    if not home.published.exists():
        return Look(0, ())
    with read_published(home) as connection:
        rows = connection.execute(
            "select episode_id from marts.fct_kpi_episode where is_open and is_alerted "
            "order by episode_id"
        ).fetchall()
    casebook = Casebook(home.casebook_url)
    casebook.create()
    episodes = [row[0] for row in rows]
    known = casebook.announced_open() | casebook.held_back()
    due = known - casebook.finished_audits()
    return Look(len(episodes), tuple(name for name in episodes if name in due))


def is_at_it(home: Home) -> bool:
    """Whether a process of this machine is auditing; one that was killed is not, however."""
    with alone(_lock(home)) as nobody_else:
        return not nobody_else


def audit(home: Home, run_id: str) -> Iterator[Audited]:
    """Investigate every waiting episode, keep the case in the casebook and draw its page.

    One episode that cannot be audited does not keep the others from being audited: all are
    tried, then an ExceptionGroup with every failure is raised. Nothing is done while another
    process is at it.
    """
    with alone(_lock(home)) as is_alone:
        if is_alone:
            yield from _audit(home, run_id)


def _lock(home: Home) -> Path:
    return home.root / "audit.lock"


def _audit(home: Home, run_id: str) -> Iterator[Audited]:
    from reports.case_page import render_case
    from sightline.investigation import investigate
    from sightline.investigation.code import code_hash

    waiting = waiting_episodes(home).waiting
    casebook = Casebook(home.casebook_url)
    casebook.start_audit(waiting, home.now(), run_id, code_hash(home.checkout))
    failures: list[Exception] = []
    with read_published(home) as connection:
        ((naive,),) = connection.execute("select max(as_of) from marts.fct_kpi_episode").fetchall()
        as_of = naive.replace(tzinfo=UTC)
        for case_id in waiting:
            try:
                case = investigate(connection, case_id, as_of=as_of)
                page = home.case_page(case_id)
                page.write_text(render_case(case), encoding="utf-8")
                casebook.finish_audit(case, home.now())
            except Exception as failure:
                failure.add_note(f"while auditing {case_id}")
                failures.append(failure)
                continue
            yield Audited(case_id, case.headline, tuple(case.departments), page)
    if failures:
        raise ExceptionGroup("audits failed and will be tried again", failures)
