"""Does every message arrive? A relay that is killed, and a receiver that refuses, stalls and drops.

    python -m benchmarks.delivery [--messages 2000] [--kills 20]

The receiver fails each message a number of times that its id decides: 503, 503 with Retry-After,
a dropped connection, and accepting it only to answer too late. Printed are the messages lost (never
accepted), the duplicates, and duplicates under another id or with another content.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from reports.channels import Channel
from reports.delivery import deliver
from sightline.casebook import Casebook, Message
from tests.reports.receiver import Reply, Request, receiving

NOW = datetime(2026, 10, 26, 6, 0, tzinfo=UTC)
SECRET = f"whsec_{base64.b64encode(b'of the benchmark, 24 byt').decode()}"
_TIMEOUT = 0.2


@dataclass(frozen=True)
class Figures:
    """What came of it: messages accepted, lost, accepted again, and wrongly so; seconds taken."""

    messages: int
    accepted: int
    lost: int
    duplicates: int
    altered: int
    kills: int
    seconds: float


def relay(url: str, receiver: str) -> None:
    """Rounds over the outbox, an hour apart by the clock it is told, until nothing waits."""
    casebook = Casebook(url)
    channel = Channel("hook", receiver, SECRET, allow_loopback=True, timeout=_TIMEOUT)
    moment = NOW
    while casebook.undelivered(NOW + timedelta(days=3650)):
        deliver(casebook, {"hook": channel}, lambda: moment)  # noqa: B023 - called in this round
        moment += timedelta(hours=7)


def measure(messages: int, kills: int, *, seed: int = 0) -> Figures:
    """Commit so many messages, kill the relay so often, and count what the receiver accepted."""
    draw = random.Random(seed)
    failures: Counter[str] = Counter()
    accepted: list[Request] = []

    def reply(request: Request) -> Reply:
        message_id = request.headers["webhook-id"]
        digest = hashlib.sha256(message_id.encode()).digest()
        failures[message_id] += 1
        if failures[message_id] > digest[0] % 4:
            accepted.append(request)
            return Reply()
        match digest[failures[message_id]] % 16:
            case 0:
                accepted.append(request)  # and yet the sender will not know
                return Reply(after=_TIMEOUT * 2)
            case 1 | 2:
                return Reply(drop=True)
            case 3 | 4:
                return Reply(503, headers={"Retry-After": "3600"})
            case _:
                return Reply(503)

    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, receiving(reply) as receiver:
        url = f"sqlite:///{Path(folder) / 'casebook.db'}"
        casebook = Casebook(url)
        casebook.create()
        casebook.announce([_message(number) for number in range(messages)], NOW)
        wanted = {each.message_id for each in casebook.undelivered(NOW)}
        command = [sys.executable, "-m", "benchmarks.delivery", "--relay", url, receiver.url]
        killed = 0
        while True:
            process = subprocess.Popen(command)  # noqa: S603 - ourselves
            try:
                patience = draw.uniform(1.0, 3.0) if killed < kills else None
                process.wait(patience)
                break
            except subprocess.TimeoutExpired:
                os.kill(process.pid, signal.SIGKILL)
                process.wait()
                killed += 1
        if process.returncode:
            raise RuntimeError(f"the relay ended with {process.returncode}")
        casebook.close()
    bodies: dict[str, set[bytes]] = {}
    for request in accepted:
        bodies.setdefault(request.headers["webhook-id"], set()).add(request.body)
    return Figures(
        messages=len(wanted),
        accepted=len(bodies),
        lost=len(wanted - set(bodies)),
        duplicates=len(accepted) - len(bodies),
        altered=len(set(bodies) - wanted) + sum(len(each) > 1 for each in bodies.values()),
        kills=killed,
        seconds=round(time.perf_counter() - began, 1),
    )


def _message(number: int) -> Message:
    text = f"Case {number} opened"
    body = {"json": {"subject": text}, "text": text}
    return Message("open", (f"kpi_{number}.all.level.2026-10-19",), None, "hook", text, body)


def main() -> int:
    """Print the figures; exit code 1 when a message was lost or came under another id."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--relay", nargs=2, metavar=("CASEBOOK", "RECEIVER"), help="for itself")
    asked = parser.parse_args()
    if asked.relay:
        relay(*asked.relay)
        return 0
    found = measure(asked.messages, asked.kills)
    sys.stdout.write(
        f"{found.messages} messages, relay killed {found.kills} times: lost {found.lost}, "
        f"duplicates {found.duplicates} (all under the same id), altered {found.altered}; "
        f"{found.seconds} s\n"
    )
    return 1 if found.lost or found.altered else 0


if __name__ == "__main__":
    sys.exit(main())
