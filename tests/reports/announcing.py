"""What several tests of alerts do with the firm: announce, and have one more episode."""

from __future__ import annotations

from reports.alerts import compose
from sightline.casebook import Casebook, Message
from tests.reports.conftest import NOW
from tests.reports.firm import LAST_WEEK, Firm

NAMES = ("console", "file")
LEAD, DEPUTY = "maintenance-lead@northline.example", "maintenance-deputy@northline.example"


def announce(firm: Firm, casebook: Casebook, **options: str) -> list[Message]:
    messages = compose(firm.marts, casebook, now=NOW, names=NAMES, **options).messages
    casebook.announce(messages, NOW)
    return messages


def second_episode(firm: Firm, kpi_id: str, scope: str = "all") -> str:
    case_id = f"{kpi_id}.{scope}.level.{LAST_WEEK}"
    firm.add("fct_kpi_episode", episode_id=case_id, kpi_id=kpi_id, scope=scope, rule="level",
             opened_period=LAST_WEEK, state="firing", is_open=True, last_value=3, target=2,
             periods=1)  # fmt: skip
    return case_id
