"""What do people expect of a key result? A word, or a number from 0 to 1 that stands for one."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, get_args

from sightline.casebook.checkins import Confidence
from sightline.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

WORDS: tuple[Confidence, ...] = get_args(Confidence)

# OKR practice grades 0.7 and more as green and under 0.4 as red.
ON_TRACK_FROM = Decimal("0.7")
AT_RISK_FROM = Decimal("0.4")

# Where a key result stands is computed; whoever types one of these is told so.
_COMPUTED: Mapping[str, Confidence] = {
    "healthy": "on_track",
    "breached": "off_track",
    "green": "on_track",
    "amber": "at_risk",
    "yellow": "at_risk",
    "red": "off_track",
}


def parse(text: str) -> tuple[Confidence, Decimal | None]:
    """The word, and the number it was said in if it was one.

    Raises UsageError for anything else: a status cannot be declared, only what is expected.
    """
    said = text.strip().lower().replace("-", "_").replace(" ", "_")
    for word in WORDS:
        if said == word:
            return word, None
    if said in _COMPUTED:
        raise UsageError(
            f"{text!r} is a status, and statuses are computed; to declare what you expect, "
            f"write {_COMPUTED[said]} or a number from 0 to 1"
        )
    try:
        share = Decimal(text.strip()) if "_" not in text else Decimal("NaN")
    except InvalidOperation:
        share = Decimal("NaN")
    if not share.is_finite() or not 0 <= share <= 1:
        raise UsageError(f"{text!r} is none of {', '.join(WORDS)}, and no number from 0 to 1")
    if share >= ON_TRACK_FROM:
        return "on_track", share
    return ("at_risk" if share >= AT_RISK_FROM else "off_track"), share
