"""Announce and deliver: what the Dagster assets and the command line call."""

import os
from dataclasses import dataclass

from orchestration.catalog import catalog
from orchestration.once_at_a_time import alone
from reports.alerts import compose
from reports.channels import channel_names, channels
from reports.delivery import Sent, deliver
from reports.digest import compose_digest
from reports.signed_links import Desk
from sightline.casebook import Casebook
from sightline.days_off import days_off
from sightline.home import Home
from sightline.warehouse.duckdb import connect, read_published


@dataclass(frozen=True)
class Told:
    """How many messages one look announced and delivered, how many wait, how many are held back."""

    announced: int
    delivered: int
    undelivered: int
    held_back: int


def tell(home: Home) -> Told:
    """Commit the messages that the marts call for, then send what is unsent."""
    announced, held = announce(home)
    sent = send(home)
    return Told(announced, sent.delivered, sent.undelivered, held)


def announce(home: Home) -> tuple[int, int]:
    """Commit the messages that the marts call for; how many, and how many cases are held back.

    Reads the warehouse itself: nobody waits for the marts that are built and published after it.
    """
    casebook = open_casebook(home)
    now = home.now()
    with connect(home, read_only=True) as connection:
        composed = compose(
            connection,
            casebook,
            now=now,
            policy=catalog().vocabulary.alerting,
            days_off=days_off(catalog()),
            reports_url=reports_url(home),
            desk_url=home.public_url,
        )
    casebook.hold_back(composed.held, now)
    return casebook.announce(composed.messages, now), len(composed.held)


def tell_digest(home: Home) -> int:
    """Commit the day's digest; how many messages, 0 when it was written before."""
    casebook, now = open_casebook(home), home.now()
    with read_published(home) as connection:
        messages = compose_digest(
            connection, casebook, now=now, names=channel_names(), base=reports_url(home)
        )
    return casebook.announce(messages, now)


def send(home: Home) -> Sent:
    """Send what is due; nothing while another process of this machine is sending."""
    with alone(home.root / "relay.lock") as is_alone:
        if not is_alone:
            return Sent(0, 0, 0)
        return deliver(open_casebook(home), channels(home), home.now, Desk.of(home))


def open_casebook(home: Home) -> Casebook:
    """The casebook, its tables made."""
    casebook = Casebook(home.casebook_url)
    casebook.create()
    return casebook


def reports_url(home: Home) -> str:
    """Where the board is served, or where its file lies."""
    served = os.environ.get("SIGHTLINE_REPORTS_URL") or home.public_url
    return served or home.reports.as_uri()
