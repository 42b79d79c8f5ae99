"""Examples in hundreds, judged in one query: each gets a scope of its own."""

from datetime import date, timedelta
from typing import TypeVar

import pyarrow as pa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

from benchmarks.episode_reference import Observation
from benchmarks.judgement import MEASURE, Judgement

Example = TypeVar("Example")
MONDAY = date(2026, 1, 5)
OBSERVATION = pa.schema(
    [
        ("kpi_id", pa.string()),
        ("scope", pa.string()),
        ("rule", pa.string()),
        ("period_start", pa.date32()),
        ("value", MEASURE),
        ("target", MEASURE),
        ("floor", MEASURE),
        ("direction", pa.string()),
        ("fire_n", pa.int64()),
        ("fire_m", pa.int64()),
        ("recover_k", pa.int64()),
        ("is_bad", pa.bool_()),
        ("fires_at_once", pa.bool_()),
        ("is_good", pa.bool_()),
        ("side_state", pa.string()),
    ]
)


def week(number: int) -> date:
    """The Monday so many weeks after the first."""
    return MONDAY + timedelta(weeks=number)


def drawn(strategy: SearchStrategy[Example], count: int = 300) -> list[Example]:
    """Examples as Hypothesis draws them, edge cases first; the same ones every time."""
    examples: list[Example] = []

    @settings(
        max_examples=count,
        phases=[Phase.generate],
        database=None,
        derandomize=True,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def keep(example: Example) -> None:
        examples.append(example)

    keep()
    return examples


def observe(judgement: Judgement, series: dict[str, list[Observation]]) -> None:
    """Lay the observations of each scope before the machine, in the order they come in."""
    rows = [
        {
            "kpi_id": "k",
            "scope": scope,
            "rule": "level",
            "period_start": seen.period,
            "value": 0,
            "direction": "higher_is_better",
            "fire_n": seen.fire[0],
            "fire_m": seen.fire[1],
            "recover_k": seen.recover,
            "is_bad": seen.is_bad,
            "fires_at_once": seen.at_once,
            "is_good": seen.is_good,
            "side_state": seen.side_state,
        }
        for scope, observations in series.items()
        for seen in observations
    ]
    judgement.replace("intermediate.int_episode_observation", rows, OBSERVATION)
