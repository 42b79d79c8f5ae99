"""When is somebody told again, told in bulk, or asked above? The firm's one alert policy, as data.

It stands under `alerting:` in `okrs/vocabulary.yml`; what is left out has the default below.
"""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from sightline.definition import Definition, Share


class AlertPolicy(Definition):
    """Days are days of 24 hours from the message they follow, those of the ladder business days."""

    repeat_after_days: int = Field(
        default=7, ge=1, description="An open case nobody looks after is told again."
    )
    worse_by: Share = Field(
        default=Decimal("0.25"),
        description="A change is material from this share of the way from target to floor on.",
    )
    acknowledged_for_days: int = Field(
        default=7, ge=1, description="How long a step keeps repeats away, if none follows it."
    )
    escalate_after_days: tuple[int, ...] = Field(
        default=(2, 5),
        description="Business days without a step after which the deputy is asked, "
        "then the objective's owner.",
    )
    storm_above: int = Field(
        default=20, ge=1, description="More cases at once are told by owner, one message each."
    )
    flap_openings: int = Field(default=3, ge=2, description="A KPI that opens so often …")
    flap_within_days: int = Field(default=42, ge=1, description="… within so many days …")
    flap_calm_days: int = Field(
        default=14,
        ge=1,
        description="… is unstable: its next turn is told after so many days only.",
    )
    digest_hour: int = Field(
        default=6, ge=0, le=23, description="Hour (UTC) from which the daily digest is due."
    )
