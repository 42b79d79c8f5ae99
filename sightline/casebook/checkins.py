"""What do people expect of a key result? Declarations kept as the acts they are, never as a status.

Table `checkin`, beside those of the cases and as append-only as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import Column, DateTime, Integer, Table, Text, insert, select

from sightline.casebook.schema import bring_up_to_date
from sightline.casebook.store import metadata, open_engine, to_utc_naive, writing

Confidence = Literal["on_track", "at_risk", "off_track"]

checkin = Table(
    "checkin",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("checkin_id", Text, nullable=False, unique=True),
    Column("key_result_id", Text, nullable=False, index=True),
    Column("confidence", Text, nullable=False),
    Column("share", Text),  # as it was typed: a float would say another number
    Column("declared_by", Text, nullable=False),
    Column("at", DateTime, nullable=False),
    Column("reason", Text, nullable=False),
)


@dataclass(frozen=True)
class CheckIn:
    """What a person in a role expects of a key result; it says nothing about where it stands.

    `confidence` is the word, `share` the number from 0 to 1 it was said in, if it was one.
    """

    key_result_id: str
    confidence: Confidence
    share: Decimal | None
    declared_by: str
    reason: str


class CheckIns:
    """The check-ins of the casebook behind `url`. One instance a process; close it when done."""

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url)
        bring_up_to_date(self._engine)

    def close(self) -> None:
        """Gives the connections back."""
        self._engine.dispose()

    def add(self, said: CheckIn, at: datetime) -> bool:
        """Keeps what was declared; False when the role already declared something just then."""
        moment = to_utc_naive(at)
        row: dict[str, Any] = {
            "checkin_id": f"{said.key_result_id}:{said.declared_by}:{moment.isoformat()}",
            "key_result_id": said.key_result_id,
            "confidence": said.confidence,
            "share": None if said.share is None else str(said.share),
            "declared_by": said.declared_by,
            "at": moment,
            "reason": said.reason,
        }
        with writing(self._engine) as connection:
            there = select(checkin.c.sequence).where(checkin.c.checkin_id == row["checkin_id"])
            if connection.scalar(there) is not None:
                return False
            connection.execute(insert(checkin), row)
        return True
