"""Announce and deliver: what both the Dagster asset and the command line call."""

import os
from dataclasses import dataclass

from reports.alerts import compose, deliver
from reports.channels import channels
from sightline.casebook import Casebook
from sightline.home import Home
from sightline.warehouse.duckdb import read_published


@dataclass(frozen=True)
class Told:
    """How many messages one look announced and delivered, and how many still wait."""

    announced: int
    delivered: int
    undelivered: int


def tell(home: Home) -> Told:
    """Commit the messages that open and closed episodes call for, then send what is unsent."""
    reports_url = os.environ.get("SIGHTLINE_REPORTS_URL") or home.reports.as_uri()
    casebook = Casebook(home.casebook_url)
    casebook.create()
    with read_published(home) as connection:
        messages = compose(connection, casebook, reports_url=reports_url)
    casebook.announce(messages, home.now())
    sent = deliver(casebook, channels(home), home.now())
    return Told(len(messages), sent.delivered, sent.undelivered)
