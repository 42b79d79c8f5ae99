"""Where will a key result land, and does what people say fit what is computed?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports import wording
from reports.marts import finite
from reports.status import MARKS

if TYPE_CHECKING:
    from sightline.marts import Row

CONFIDENCE = {
    "on_track": MARKS["healthy"].word,
    "at_risk": MARKS["at_risk"].word,
    "off_track": MARKS["breached"].word,
}


def landing(latest: Row, unit: str, decimals: int) -> str:
    """'lands at 1,320 parcels/h (off track)', or its score once closed; empty when too early.

    What can never be forecast says so and why.
    """
    score = finite(latest.get("score"))
    if score is not None:
        return f"scored {wording.percent(score)} at the close"
    if latest.get("forecast") == "none":
        return f"no forecast: {latest['no_forecast_because']}"
    word = CONFIDENCE.get(latest.get("forecast") or "")
    progress = finite(latest.get("forecast_progress"))
    if word is None or progress is None:
        return ""
    value = finite(latest.get("forecast_value"))
    where = wording.percent(progress) if value is None else wording.quantity(value, unit, decimals)
    return f"lands at {where} ({word})"


def declared(latest: Row) -> str:
    """'declared on track, for 3 weeks against the number'; empty when nobody said anything."""
    word = CONFIDENCE.get(latest.get("confidence") or "")
    if word is None:
        return ""
    against = latest.get("divergent_periods") or 0
    if not against:
        return f"declared {word}"
    return f"declared {word}, for {wording.counted(against, latest['grain'])} against the number"


def signals(latest: Row) -> list[str]:
    """What its history shows beyond its status, a few words each."""
    said = []
    if latest.get("is_watermelon"):
        said.append("green outside, red inside")
    if latest.get("is_stagnant"):
        said.append(f"flat for six {latest['grain']}s")
    if latest.get("relapsed_period"):
        said.append("half lost again since the close")
    return said
