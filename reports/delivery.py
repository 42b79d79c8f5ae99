"""Has everybody heard? One round over the outbox: what is due is tried, and every try recorded.

Arrival is at least once, always under the same id. A killed round has recorded what it knew; what
it did not know is tried again.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reports.answer import Answer
from sightline.casebook import MAX_ATTEMPTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from reports.channels import Channel
    from reports.signed_links import Desk
    from sightline.casebook import Casebook, OutboxMessage

log = logging.getLogger(__name__)

# A channel that fails so often running rests until the next round: others wait behind it.
_PATIENCE = 3


@dataclass(frozen=True, slots=True)
class Sent:
    """What one round did; `dead` of the undelivered were tried for the last time."""

    delivered: int
    undelivered: int
    dead: int


def deliver(
    casebook: Casebook,
    channels: Mapping[str, Channel],
    clock: Callable[[], datetime],
    desk: Desk | None = None,
) -> Sent:
    """Send every committed message that is due by now; each attempt is recorded, failed or not.

    `clock` tells the present moment (aware): of each attempt and of its end, for a round may take
    longer than a receiver lets a signature be old. With a desk, the links to it are signed in mail
    to one person, as it leaves.

    A channel that fails, or is configured no more, holds back no other; the casebook decides when
    it is tried again. A message tried for the last time is logged as an error.
    """
    delivered = undelivered = dead = 0
    failed_running: Counter[str] = Counter()
    for waiting in casebook.undelivered(clock()):
        name = waiting.message.channel
        if failed_running[name] >= _PATIENCE:
            undelivered += 1
            continue
        channel = channels.get(name)
        unset = Answer(False, f"no channel {name!r}: set SIGHTLINE_CHANNEL_{name.upper()}")
        at = clock()
        answer = unset if channel is None else channel.send(_signed(waiting, channel, desk, at), at)
        casebook.record_delivery(
            waiting.message_id,
            channel=name,
            at=clock(),
            ok=answer.ok,
            detail=answer.detail,
            retry_after=answer.retry_after,
        )
        failed_running[name] = 0 if answer.ok else failed_running[name] + 1
        delivered, undelivered = delivered + answer.ok, undelivered + (not answer.ok)
        if not answer.ok and waiting.attempts + 1 >= MAX_ATTEMPTS:
            dead += 1
            log.error("message %s on channel %s is dead: %s", waiting.message_id, name,
                      answer.detail)  # fmt: skip
    return Sent(delivered, undelivered, dead)


def _signed(
    waiting: OutboxMessage, channel: Channel, desk: Desk | None, at: datetime
) -> OutboxMessage:
    """Mail to one person gets links for that person; in a room they would be anybody's."""
    person = waiting.message.recipient or channel.mailbox
    if desk is None or person is None:
        return waiting
    html = waiting.message.body["html"]
    for case_id in waiting.message.case_ids:
        html = desk.with_signed_links(html, case_id, person, at)
    body = waiting.message.body | {"html": html}
    return replace(waiting, message=replace(waiting.message, body=body))
