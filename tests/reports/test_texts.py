"""Every kind of message reads as the snapshot says, in plain text, HTML and JSON.

`SNAPSHOTS=write pytest tests/reports/test_texts.py` writes them again, for review in the diff.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from reports.alerts import compose
from reports.digest import compose_digest
from sightline.casebook import MAX_ATTEMPTS, Casebook, Message
from tests.reports.conftest import NOW
from tests.reports.firm import AS_OF, CASE, LAST_WEEK, PERIOD, Firm

SNAPSHOTS = Path(__file__).parent / "snapshots"


def _tell(firm: Firm, casebook: Casebook, now: datetime = NOW) -> list[Message]:
    told = compose(firm.marts, casebook, now=now, names=["file"], reports_url="https://kpi.example")
    casebook.announce(told.messages, now)
    return told.messages


def _open(firm: Firm, casebook: Casebook) -> Message:
    return _tell(firm, casebook)[0]


def _close(firm: Firm, casebook: Casebook) -> Message:
    _tell(firm, casebook)
    firm.close_episode()
    return _tell(firm, casebook)[0]


def _changed(firm: Firm, casebook: Casebook) -> Message:
    _tell(firm, casebook)
    firm.marts.execute("update marts.fct_kpi_episode set last_value = 96.4")
    return _tell(firm, casebook)[0]


def _escalated(firm: Firm, casebook: Casebook) -> Message:
    _tell(firm, casebook)
    return _tell(firm, casebook, NOW + timedelta(days=2))[0]


def _repeated(firm: Firm, casebook: Casebook) -> Message:
    for day in (0, 2, 7):  # the ladder is climbed on the second and the fifth business day
        _tell(firm, casebook, NOW + timedelta(days=day))
    return _tell(firm, casebook, NOW + timedelta(days=14))[0]


def _stale_feed(firm: Firm, casebook: Casebook) -> Message:
    firm.marts.execute("update marts.fct_source_freshness set status = 'stale'")
    return _tell(firm, casebook)[0]


def _feed_back(firm: Firm, casebook: Casebook) -> Message:
    _stale_feed(firm, casebook)
    firm.marts.execute("update marts.fct_source_freshness set status = 'healthy'")
    return _tell(firm, casebook)[0]


def _many(firm: Firm) -> None:
    for number in range(40):
        firm.add("fct_kpi_episode", episode_id=f"manual_touches.s{number:02}.level.{LAST_WEEK}",
                 kpi_id="manual_touches", scope=f"s{number:02}", rule="level", floor=2.5,
                 opened_period=LAST_WEEK, state="firing", is_open=True, target=2, periods=1,
                 last_value=3 + number, as_of=AS_OF)  # fmt: skip


def _storm(firm: Firm, casebook: Casebook) -> Message:
    _many(firm)
    return next(each for each in _tell(firm, casebook) if each.kind == "storm")


def _storm_of_one(firm: Firm, casebook: Casebook) -> Message:
    _many(firm)
    return _tell(firm, casebook)[1]


def _restated(firm: Firm, casebook: Casebook) -> Message:
    firm.add("fct_restatement", kpi_id="sorter_uptime", scope="north", period_start=PERIOD[0],
             version=2, restated_at=AS_OF, materiality="material", from_value=97.1, to_value=98.2,
             is_flip_to_pass=True, **{"class": "manual"})  # fmt: skip
    firm.add("fct_restated_row", kpi_id="sorter_uptime", scope="north", period_start=PERIOD[0],
             version=2, table_name="uptime_log", row_key="north", fate="changed",
             place="uptime_log.xlsx Uptime!C14", changed_by="mia", changed_at=AS_OF)  # fmt: skip
    for weeks, after in ((19, 2.98), (21, 2.94), (40, 3.01)):  # one correction of a series
        firm.add("fct_restatement", kpi_id="cost_per_parcel", scope="all", version=2,
                 period_start=LAST_WEEK - timedelta(weeks=weeks), restated_at=AS_OF,
                 materiality="material", from_value=3.02, to_value=after,
                 **{"class": "event"})  # fmt: skip
        for number, fate, user in ((1, "changed", 17), (2, "changed", 17), (3, "deleted", None)):
            firm.add("fct_restated_row", kpi_id="cost_per_parcel", scope="all", version=2,
                     period_start=LAST_WEEK - timedelta(weeks=weeks), table_name="invoice",
                     row_key=f"{weeks}-{number}", fate=fate, changed_by=user)  # fmt: skip
    target = {"kind": "kpi_target", "definition_id": "sorter_uptime/2026-10-26"}
    for field, before, after in (("target", "98", "97"), ("floor", "96.5", None)):
        firm.add("fct_definition_change", **target, field=field, change="added", seen_at=AS_OF,
                 compared_value=before, new_value=after, is_loosening=True,
                 author="maintenance-lead@northline.example")  # fmt: skip
    for field, value in (("approved_by", "finance_lead"), ("approved_on", "2026-10-23")):
        firm.add("dim_definition_history", **target, field=field, value=value, known_from=AS_OF)
    firm.add("fct_definition_change", kind="kpi", definition_id="damage_rate", field="grace_days",
             change="changed", compared_value="3", new_value="5", seen_at=AS_OF,
             is_loosening=True)  # fmt: skip
    return next(each for each in _tell(firm, casebook) if each.kind == "restated")


def _dead_letter(firm: Firm, casebook: Casebook) -> Message:
    (told,) = _tell(firm, casebook)
    casebook.announce([replace(told, channel="email")], NOW)
    lost = Message("close", (CASE,), None, "email", "Sorter uptime, north has recovered")
    casebook.announce([lost], NOW)
    (letter,) = [each for each in casebook.undelivered(NOW) if each.message.channel == "email"]
    for attempt in range(MAX_ATTEMPTS):
        at = NOW + timedelta(hours=attempt)
        casebook.record_delivery(letter.message_id, channel="email", at=at, ok=False)
    return next(each for each in _tell(firm, casebook) if each.kind == "dead_letter")


def _digest(firm: Firm, casebook: Casebook) -> Message:
    firm.add("fct_kpi_episode", episode_id="d", kpi_id="cost_per_parcel", scope="all",
             rule="drift", opened_period=LAST_WEEK, is_open=True, is_alerted=False)  # fmt: skip
    firm.add("fct_audit_case", case_id=CASE, kpi_id="sorter_uptime", scope="north",
             state="acknowledged", due_on=PERIOD[0])  # fmt: skip
    _tell(firm, casebook)
    (message,) = compose_digest(firm.marts, casebook, now=NOW, names=["file"], base="")
    return message


@pytest.mark.parametrize(
    "tell",
    [_open, _close, _changed, _escalated, _repeated, _stale_feed, _feed_back, _storm,
     _storm_of_one, _restated, _dead_letter, _digest],
    ids=lambda tell: tell.__name__.strip("_"),
)  # fmt: skip
def test_a_message_reads_as_its_snapshot(
    tell: Callable[[Firm, Casebook], Message], firm: Firm, casebook: Casebook
) -> None:
    message = tell(firm, casebook)
    said = {
        "txt": message.body["text"],
        "html": message.body["html"],
        "json": json.dumps(message.body["json"], indent=2, ensure_ascii=False) + "\n",
    }
    for suffix, text in said.items():
        path = SNAPSHOTS / f"{tell.__name__.strip('_')}.{suffix}"
        if os.environ.get("SNAPSHOTS") == "write":
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")
    assert (
        message.body["text"].split("\n")[0][2:].startswith(message.subject.split(", and ")[0][:30])
    )
