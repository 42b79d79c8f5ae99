"""What `sightline policy backtest` says: what a policy would have decided, period by period.

The numbers and verdicts are the warehouse's; here they are only counted and told.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Any

from sightline.policy import Verdict

# What leaves the work as it is: a change into one of these is no firing.
_QUIET = frozenset({Verdict.GOAL_WINS_PROCEED, Verdict.NO_VERDICT})


@dataclass(frozen=True, slots=True)
class Period:
    """A period as the proposed policy would have judged it, and as it was judged at the time.

    Shares are of 1. A band is None where it cannot be told. `in_force_*` is None where no policy
    decided this conflict in it.
    """

    period_start: date
    integrity: str
    floor: str | None
    budget_used_share: Decimal | None
    budget: str | None
    pace: str | None
    effort_share: Decimal | None
    effort: str | None
    verdict: Verdict
    rule: str
    in_force_policy: str | None
    in_force_verdict: Verdict | None
    in_force_rule: str | None


@dataclass(frozen=True, slots=True)
class Backtest:
    """A policy replayed over at least one period of its guardrail, in order of time."""

    policy_id: str
    periods: tuple[Period, ...]
    grain: str = "week"

    @property
    def verdicts(self) -> Counter[Verdict]:
        """Verdict → in how many periods it would have been given."""
        return Counter(period.verdict for period in self.periods)

    @property
    def firings(self) -> int:
        """How often it would have begun to ask for something: runs of one such verdict."""
        verdicts = [Verdict.NO_VERDICT, *(period.verdict for period in self.periods)]
        return sum(
            after is not before and after not in _QUIET for before, after in pairwise(verdicts)
        )

    @property
    def differences(self) -> tuple[Period, ...]:
        """The periods that a policy in force decided otherwise."""
        return tuple(
            period
            for period in self.periods
            if period.in_force_verdict not in (None, period.verdict)
        )

    @property
    def stretches(self) -> tuple[tuple[Period, ...], ...]:
        """The periods in order, together while neither policy decides by another rule."""
        return tuple(
            tuple(periods)
            for _, periods in groupby(self.periods, lambda each: (each.rule, each.in_force_rule))
        )

    def as_dict(self) -> dict[str, Any]:
        """For JSON: the counts and every period."""
        return {
            "policy_id": self.policy_id,
            "from": self.periods[0].period_start,
            "to": self.periods[-1].period_start,
            "firings": self.firings,
            "grain": self.grain,
            "verdicts": {verdict.value: self.verdicts[verdict] for verdict in Verdict},
            "differences": [period.period_start for period in self.differences],
            "periods": [asdict(period) for period in self.periods],
        }

    def text(self) -> str:
        """For people: the outcome in sentences, then a line for each stretch without a change."""
        first, last = self.periods[0].period_start, self.periods[-1].period_start
        span = f"{self._counted(len(self.periods))}, {first} to {last}"
        lines = [f"{self.policy_id} over {span}: it would have {self._consequence()}."]
        lines += [self._comparison(), ""]
        table = [
            ("from", f"{self.grain}s", "budget", "effort", "state then", "this policy", "in force"),
            *map(_row, self.stretches),
        ]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines += [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in table
        ]
        return "\n".join(lines)

    def _consequence(self) -> str:
        told = (
            ("frozen the work for", Verdict.GUARDRAIL_WINS),
            ("slowed the work for", Verdict.SLOW_DOWN),
            ("spent the budget on the goal for", Verdict.GOAL_WINS_SPEND_BUDGET),
            ("given no verdict for", Verdict.NO_VERDICT),
        )
        parts = [f"fired {_times(self.firings)}" if self.firings else "never fired"]
        parts += [
            f"{what} {self._counted(n)}" for what, verdict in told if (n := self.verdicts[verdict])
        ]
        return " and ".join([", ".join(parts[:-1]), parts[-1]] if parts[1:] else parts)

    def _comparison(self) -> str:
        compared = sum(period.in_force_verdict is not None for period in self.periods)
        if not compared:
            return "No policy was in force for this conflict then."
        if not self.differences:
            return f"It decides all {self._counted(compared)} as the policy in force did."
        otherwise = self._counted(len(self.differences))
        return f"The policy in force decided {otherwise} of {compared} otherwise."

    def _counted(self, count: int) -> str:
        return f"{count} {self.grain if count == 1 else f'{self.grain}s'}"


def _row(stretch: tuple[Period, ...]) -> tuple[str, ...]:
    """A line of the table; numbers and state are those of the first period."""
    period = stretch[0]
    bands = (period.integrity, period.floor, period.budget, period.pace, period.effort)
    return (
        period.period_start.isoformat(),
        str(len(stretch)),
        _percent(period.budget_used_share),
        _percent(period.effort_share),
        " ".join(band or "?" for band in bands),
        f"{period.verdict} ({period.rule})",
        f"{period.in_force_verdict} ({period.in_force_rule})"
        if period.in_force_verdict
        else "none",
    )


def _percent(share: Decimal | None) -> str:
    return "?" if share is None else f"{share * 100:.1f} %"


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")
