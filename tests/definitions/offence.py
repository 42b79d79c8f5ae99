"""An offence against the definitions: what spoils the firm, and how it must be told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.definitions.firm import Firm

FASTER = "objectives/faster_throughput.yml"
CUSTOMERS = "objectives/keep_customers.yml"
COST = "objectives/lower_cost.yml"
UPTIME = "kpis/sorter_uptime.yml"
DAMAGE = "kpis/damage_rate.yml"
POLICY = "policies/throughput_over_uptime.yml"
VOCABULARY = "vocabulary.yml"


@dataclass(frozen=True)
class Case:
    """One offence: what spoils the firm, and where and how it must be told."""

    rule: str
    spoil: Callable[[Firm], object]
    file: str
    line: str  # a text on the line the finding must point at
    message: str
    way_out: str


def change(file: str, old: str, new: str) -> Callable[[Firm], object]:
    return lambda firm: firm.replace(file, old, new)
