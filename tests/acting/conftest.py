"""The application on a real socket of the loopback, over the firm's own vocabulary."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn

from acting.application import application
from reports.signed_links import Signer
from sightline.casebook import Casebook, Message
from sightline.home import CHECKOUT, Home
from tests.reports.firm import Firm

NOW = datetime(2026, 10, 26, 6, 0, tzinfo=UTC)
CASE = "sorter_uptime.north.level.2026-06-29"
OWNER, COLLEAGUE = "maintenance-lead@northline.example", "operations-lead@northline.example"


class Served:
    """A running application with its home, casebook, signer, and a clock that can be set."""

    def __init__(self, home: Home, port: int) -> None:
        self.home = home
        self.address = f"http://127.0.0.1:{port}"
        self.casebook = Casebook(home.casebook_url)
        self.signer = Signer.of(home)

    def set_clock(self, now: datetime) -> None:
        assert self.home.clock is not None
        self.home.clock.write_text(now.isoformat())

    def open_case(self, case_id: str = CASE, subject: str = "Sorter uptime is at 97.35 %") -> None:
        self.casebook.announce([Message("open", (case_id,), None, "console", subject, {})], NOW)

    def kinds(self, case_id: str = CASE) -> list[str]:
        return [event.kind for event in self.casebook.events(case_id)]


def publish(home: Home, firm: Firm) -> None:
    """Puts a firm's marts where the published ones lie."""
    home.published.unlink(missing_ok=True)
    firm.marts.execute(f"attach '{home.published}' as published")
    firm.marts.execute("copy from database memory to published")
    firm.marts.execute("detach published")


@pytest.fixture
def firm() -> Iterator[Firm]:
    firm = Firm()
    yield firm
    firm.marts.close()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    clock = tmp_path / "clock"
    home = Home(
        root=tmp_path,
        okrs=CHECKOUT / "okrs",
        casebook_url=f"sqlite:///{tmp_path / 'casebook.db'}",
        clock=clock,
        public_url=f"http://127.0.0.1:{port}",
    ).create()
    clock.write_text(NOW.isoformat())
    config = uvicorn.Config(application(home), host="127.0.0.1", port=port, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    running = Served(home, port)
    running.open_case()
    yield running
    running.casebook.close()
    server.should_exit = True
    thread.join()
