"""Do the models judge as a model in Python does, whatever happens? `python -m benchmarks.episodes`.

Firms of one KPI each live side by side, a week a round. In each round something happens to each:
its value comes in, late or not at all, is corrected or withdrawn, its target moves, its number is
contested, its source falls silent. Then all are judged at once, from the period on, and episodes
are put on record as a pulse does. Each step is compared: states, episodes, ids. Every few rounds
all rows are laid down anew in another order and judged again: nothing may differ.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from benchmarks.episode_reference import Observation, walk
from benchmarks.judgement import Judgement, compile_models

MONDAY = date(2026, 1, 5)
GRACE = 3
TARGET, FLOOR = Decimal(98), Decimal(96)
ACTS = ("ingest", "ingest", "ingest", "breach", "miss", "late", "correct", "withdraw", "retarget",
        "contest", "silence")  # fmt: skip
REPLAYED_EVERY = 10  # rounds

Span = tuple[date, date | None, int]


@dataclass
class Firm:
    """One KPI as Python knows it: what was said of it, and what was minted."""

    name: str
    values: dict[date, Decimal] = field(default_factory=dict)
    contested: set[date] = field(default_factory=set)
    # What each landing of the definitions says: known on, and target and floor by their first day.
    landings: list[tuple[date, dict[date, tuple[Decimal, Decimal]]]] = field(default_factory=list)
    heard: set[date] = field(default_factory=set)
    record: dict[str, dict[date, str]] = field(default_factory=lambda: {"level": {}, "no_data": {}})
    missing: set[date] = field(default_factory=set)

    def act(self, act: str, chance: random.Random, today: date) -> None:
        """Let something happen to the week that ended before today, or to one before it."""
        closed = today - timedelta(weeks=1)
        if act != "silence":
            self.heard.add(today)
        if act == "miss":
            self.missing.add(closed)
            return
        bad = act == "breach" or chance.random() < 0.35
        self.values[closed] = _value(chance, bad=bad)
        if act == "late" and self.missing:
            late = chance.choice(sorted(self.missing))
            self.missing.discard(late)
            self.values[late] = _value(chance, bad=chance.random() < 0.5)
        elif act == "correct":
            self.values[chance.choice(sorted(self.values))] = _value(chance, bad=False)
        elif act == "withdraw" and len(self.values) > 3:
            # The first stays: with it the periods before the next would be expected no more.
            gone = chance.choice(sorted(self.values)[1:])
            self.missing.add(gone)
            del self.values[gone]
        elif act == "retarget":
            targets = dict(self.landings[-1][1])
            moved = chance.choice([Decimal(-1), Decimal("0.5")])
            targets[today] = (TARGET + moved, FLOOR + moved)
            self.landings.append((today, targets))
        elif act == "contest":
            self.contested.symmetric_difference_update({chance.choice(sorted(self.values))})

    def observations(self, today: date) -> dict[str, list[Observation]]:
        """What the rules level and no_data see as of a Monday morning."""
        seen: dict[str, list[Observation]] = {"level": [], "no_data": []}
        for period in self._closed(today):
            published = period + timedelta(days=7 + GRACE)
            value, is_due = self.values.get(period), published <= today
            if is_due:
                missing = value is None
                found = Observation(period, missing, not missing, fire=(1, 1), recover=1)
                seen["no_data"].append(found)
            side = "contested" if period in self.contested else None
            if side is None and value is None and is_due:
                side = "no_data" if self._was_heard(period, published) else "stale"
            if side is not None:
                seen["level"].append(Observation(period, side_state=side))
            elif value is not None:
                target, floor = self._limits(period, published)
                is_good = value >= target + (target - floor) / 4
                seen["level"].append(Observation(period, value < target, is_good, value < floor))
        return seen

    def _closed(self, today: date) -> list[date]:
        """The weeks that are over; one with a value, once its source was heard after it."""
        heard = max(self.heard, default=date.max)
        first = min(self.values)
        over = [first + timedelta(weeks=n) for n in range((today - first).days // 7)]
        return [week for week in over if week not in self.values or _ended(week) < heard]

    def _was_heard(self, period: date, published: date) -> bool:
        ended = _ended(period)
        before_the_first = ended < min(self.heard, default=date.max)
        return before_the_first or any(ended < day <= published for day in self.heard)

    def _limits(self, period: date, published: date) -> tuple[Decimal, Decimal]:
        known = [targets for known_on, targets in self.landings if known_on < published]
        targets = (known or [self.landings[0][1]])[-1]
        return targets[max(first for first in targets if first <= period)]


def _ended(week: date) -> date:
    return week + timedelta(days=6)


def _value(chance: random.Random, *, bad: bool) -> Decimal:
    cents = chance.randrange(9550, 9800) if bad else chance.randrange(9800, 9990)
    return Decimal(cents) / 100


@dataclass
class World:
    """Firms side by side, and the warehouse that judges them."""

    judgement: Judgement
    firms: list[Firm]
    chance: random.Random
    steps: int = 0
    divergences: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, compiled: Path, *, firms: int, seed: int) -> World:
        """So many firms, on their first Monday, with a target and one value each."""
        chance = random.Random(seed)
        said = {MONDAY - timedelta(weeks=1): (TARGET, FLOOR)}
        made = [Firm(f"{number:05}", landings=[(MONDAY, said)]) for number in range(firms)]
        for firm in made:
            firm.values[MONDAY] = _value(chance, bad=False)
        return cls(Judgement(compiled), made, chance)

    def live(self, rounds: int) -> None:
        """So many weeks: act, judge, compare, put on record; now and then replay."""
        for number in range(1, rounds + 1):
            today = MONDAY + timedelta(weeks=number + 1)
            acts = {firm.name: self.chance.choice(ACTS) for firm in self.firms}
            for firm in self.firms:
                firm.act(acts[firm.name], self.chance, today)
            found = self._judge(today)
            self._compare(today, acts, *found)
            if number % REPLAYED_EVERY == 0 and self._judge(today) != found:
                self.divergences.append(f"{today}: a replay in another order judged otherwise")
            for firm in self.firms:
                for rule in firm.record:
                    for name, (opened, _, _) in found[1].get((firm.name, rule), {}).items():
                        if name not in firm.record[rule].values():
                            firm.record[rule][opened] = name
            self.steps += len(self.firms)

    def _judge(
        self, today: date
    ) -> tuple[dict[tuple[str, date], str], dict[tuple[str, str], dict[str, Span]]]:
        self._lay(today)
        self.judgement.build()
        states = self.judgement.rows(
            "select kpi_id, period_start, state from intermediate.int_episode_state "
            "where rule = 'level'"
        )
        spans: dict[tuple[str, str], dict[str, Span]] = {}
        for row in self.judgement.rows("from intermediate.int_episode"):
            span = (row["opened_period"], row["closed_period"], int(row["periods"]))
            spans.setdefault((row["kpi_id"], row["rule"]), {})[row["episode_id"]] = span
        return {(row["kpi_id"], row["period_start"]): row["state"] for row in states}, spans

    def _compare(
        self,
        today: date,
        acts: dict[str, str],
        states: dict[tuple[str, date], str],
        spans: dict[tuple[str, str], dict[str, Span]],
    ) -> None:
        for firm in self.firms:
            for rule, seen in firm.observations(today).items():
                walked = walk(f"{firm.name}.n.{rule}", seen, firm.record[rule])
                wanted = {n: (e.opened, e.closed, e.periods) for n, e in walked.episodes.items()}
                found = spans.get((firm.name, rule), {})
                same = found == wanted
                if rule == "level":
                    same &= walked.states == {
                        period: state for (name, period), state in states.items()
                        if name == firm.name
                    }  # fmt: skip
                if not same:
                    said = f"{firm.name} {rule} after {acts[firm.name]} on {today}"
                    self.divergences.append(f"{said}: {found} for {wanted}")

    def _lay(self, today: date) -> None:
        """All rows that the judgement reads, in an order of chance."""
        firms = self.chance.sample(self.firms, len(self.firms))
        morning = time(6)
        rows: dict[str, list[dict[str, object]]] = {
            "intermediate.int_as_of": [{"as_of": datetime.combine(today, morning)}],
        }
        days = sorted({known_on for firm in firms for known_on, _ in firm.landings})
        rows["staging.stg_definitions__landing"] = [
            {
                "load_id": f"{day}",
                "landing_number": number,
                "known_at": datetime.combine(day, morning),
            }
            for number, day in enumerate(days, start=1)
        ]
        for firm in firms:
            key: dict[str, object] = {"kpi_id": firm.name, "scope": "n"}
            kpi = {"kpi_id": firm.name, "time_zone": "Europe/Berlin", "grace_days": GRACE}
            rows.setdefault("staging.stg_definitions__kpi", []).append(
                kpi | {"direction": "higher_is_better", "fire_n": 2, "fire_m": 2, "recover_k": 2,
                       "system_of_record": firm.name, "unit": "percent"}
            )  # fmt: skip
            for day in days:
                # A landing carries every KPI, changed or not.
                said = [targets for known_on, targets in firm.landings if known_on <= day][-1]
                rows.setdefault("staging.stg_definitions__kpi_landed", []).append(
                    kpi | {"load_id": f"{day}"}
                )
                rows.setdefault("staging.stg_definitions__kpi_target_landed", []).extend(
                    {"kpi_id": firm.name, "valid_from": first, "target": target, "floor": floor,
                     "load_id": f"{day}"}
                    for first, (target, floor) in said.items()
                )  # fmt: skip
            rows.setdefault("intermediate.int_kpi_value_version", []).extend(
                key | {"period_start": period, "value": value, "is_current": True,
                       "is_withdrawn": False}
                for period, value in firm.values.items()
            )  # fmt: skip
            rows.setdefault("staging.stg_integrity__verdict", []).extend(
                key | {"period_start": period, "verdict": "contested", "grade": "D"}
                for period in firm.contested
            )
            rows.setdefault("staging.stg_receipts__receipt", []).extend(
                {"source": firm.name, "seen_at": datetime.combine(day, morning)}
                for day in firm.heard
            )
            rows.setdefault("staging.stg_values__episode", []).extend(
                key | {"rule": rule, "opened_period": opened, "episode_id": name,
                       "known_at": datetime.combine(MONDAY, morning) + timedelta(seconds=number)}
                for rule, names in firm.record.items()
                for number, (opened, name) in enumerate(names.items())
            )  # fmt: skip
        for name, laid in rows.items():
            self.judgement.put(name, self.chance.sample(laid, len(laid)))


def main(arguments: list[str]) -> int:
    """Print steps and divergences; exit code 1 when there is one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--firms", type=int, default=250)
    parser.add_argument("--rounds", type=int, default=40, help="weeks that each firm lives")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        compiled = compile_models(Path(folder))
        world = World.of(compiled, firms=options.firms, seed=options.seed)
        world.live(options.rounds)
    sys.stdout.write(f"steps {world.steps}, divergences {len(world.divergences)}\n")
    sys.stdout.writelines(f"{divergence}\n" for divergence in world.divergences[:5])
    return 1 if world.divergences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
