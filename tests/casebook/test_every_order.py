"""Muted, recovered, unmuted, restarted: in every order the end of what was told arrives, once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest

from reports.channels import Channel
from reports.decision import Situation, Standing, decide
from reports.delivery import deliver
from sightline.alert_policy import AlertPolicy
from sightline.casebook import Casebook, Message, Silence
from tests.casebook.test_announcing import AT, DAY

STEPS = ("mute", "recover", "unmute", "restart")
POLICY = AlertPolicy()


class Watch:
    """One case under the alert policy; what is committed is sent only when a process starts."""

    def __init__(self, url: str, folder: Path, scope: str) -> None:
        self.url = url
        self.channels = {"file": Channel("file", f"sightlinefile://?folder={folder}")}
        self.standing = Standing(f"sorter_uptime.{scope}.level.2026-10-19", "sorter_uptime", scope)
        self.is_open = True
        self.muted: list[str] = []
        self.now = AT
        self.casebook = Casebook(url)

    def take(self, step: str) -> None:
        """One step of the case's life, then a look at it as every pulse takes it."""
        match step:
            case "mute":
                wanted = Silence("", "sorter_uptime", self.standing.scope, None,
                                 self.now, self.now + DAY, "coo", "planned stop")  # fmt: skip
                self.muted.append(self.casebook.silencing.hold(wanted, self.now).silence_id)
            case "unmute":
                while self.muted:
                    self.casebook.silencing.lift(self.muted.pop(), self.now, "coo")
            case "recover":
                self.is_open = False
            case _:
                self.casebook.close()
                self.casebook = Casebook(self.url)
                deliver(self.casebook, self.channels, lambda: self.now)
        self.look()
        self.now += timedelta(minutes=10)

    def look(self) -> None:
        announced = self.casebook.announced()
        mine = {name: told for name, told in announced.items() if name == self.standing.case_id}
        situation = Situation(
            standings=[self.standing] if self.is_open else [],
            announced=mine,
            silences=self.casebook.silencing.silences(self.now),
        )
        decision = decide(situation, POLICY, self.now)
        self.casebook.hold_back(decision.held, self.now)
        for telling in decision.tellings:
            text = f"{telling.kind} {self.standing.scope}"
            message = Message(telling.kind, telling.about, None, "file", text,
                              {"text": text, "html": text}, turns=telling.turns)  # fmt: skip
            self.casebook.announce([message], self.now)


def _told(folder: Path, order: Sequence[str]) -> list[str]:
    scope = "-".join(order)
    written = [path.read_text("utf-8").strip() for path in folder.rglob("*.txt")]
    return sorted(text for text in written if text.endswith(f" {scope}"))


def test_announced_open_is_announced_closed_in_every_order(
    url: str, casebook: Casebook, tmp_path: Path
) -> None:
    for order in permutations(STEPS):
        watch = Watch(url, tmp_path / "outbox", "-".join(order))
        watch.look()
        for step in (*order, "restart"):
            watch.take(step)
        watch.casebook.close()
        scope = "-".join(order)
        assert _told(tmp_path / "outbox", order) == [f"close {scope}", f"open {scope}"]
    assert casebook.announced_open() == set()
    assert casebook.undelivered(AT + DAY) == []


@pytest.mark.parametrize("order", [("mute", "recover"), ("recover", "mute")])
def test_what_stays_muted_is_announced_closed_all_the_same(
    url: str, casebook: Casebook, tmp_path: Path, order: tuple[str, ...]
) -> None:
    watch = Watch(url, tmp_path / "outbox", "-".join(order))
    watch.look()
    for step in (*order, "restart"):
        watch.take(step)
    watch.casebook.close()
    assert len(_told(tmp_path / "outbox", order)) == 2
