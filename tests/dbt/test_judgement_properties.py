"""What holds of every judgement of a number: the SQL against exact arithmetic in Python."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import strategies as st

from benchmarks.judgement import MEASURE, Judgement, compiled_in
from tests.dbt.conftest import PROJECT, Built
from tests.dbt.properties import MONDAY, drawn, week

HIGHER, LOWER = "higher_is_better", "lower_is_better"
# How a number from outside is read: macros/measures.sql.
READ = "try_cast(raw as decimal(38, 9))"
NUMBER = st.decimals(-1000, 1000, places=3)
# What a source may hold where a number belongs.
HOSTILE = ["NaN", "Infinity", "-Infinity", "", "null", "-0", "9" * 29, "-" + "9" * 29, "1e400"]
PERIOD = pa.schema(
    [
        ("kpi_id", pa.string()),
        ("scope", pa.string()),
        ("period_start", pa.date32()),
        ("period_end", pa.date32()),
        ("today", pa.date32()),
        ("is_over", pa.bool_()),
        ("is_leaf", pa.bool_()),
        ("numerator", MEASURE),
        ("denominator", MEASURE),
        ("raw", pa.string()),
    ]
)
TARGET = pa.schema(
    [
        ("kpi_id", pa.string()),
        ("period_start", pa.date32()),
        ("target", MEASURE),
        ("floor", MEASURE),
        ("valid_from", pa.date32()),
        ("published_on", pa.date32()),
    ]
)
JUDGED = pa.schema(
    [
        ("kpi_id", pa.string()),
        ("scope", pa.string()),
        ("period_start", pa.date32()),
        ("value", MEASURE),
        ("target", MEASURE),
        ("floor", MEASURE),
        ("direction", pa.string()),
        ("recover_k", pa.int64()),
        ("is_leaf", pa.bool_()),
        ("side_state", pa.string()),
    ]
)


@pytest.fixture(scope="module")
def judgement(empty_build: Built) -> Iterator[Judgement]:
    with closing(Judgement(compiled_in(empty_build.project.target))) as opened:
        yield opened


def judged(
    judgement: Judgement, cases: Sequence[tuple[str, Decimal | None, Decimal | None, str]]
) -> list[dict[str, Any]]:
    """Value as text, target, floor, direction of each case → its judgement, a KPI for each."""
    periods, kpis, targets = [], [], []
    for number, (raw, target, floor, direction) in enumerate(cases):
        kpi_id = f"{number:06}"
        said = {"kpi_id": kpi_id, "period_start": MONDAY}
        end = {"period_end": MONDAY + timedelta(days=6), "today": week(2)}
        periods.append(said | end | {"scope": "n", "is_over": True, "is_leaf": True, "raw": raw})
        kpis.append({"kpi_id": kpi_id, "direction": direction, "fire_n": 1, "fire_m": 1,
                     "recover_k": 1, "system_of_record": "erp", "grace_days": 3})  # fmt: skip
        targets.append(said | {"target": target, "floor": floor, "published_on": week(1)})
    judgement.replace("staging.arrived", periods, PERIOD)
    judgement.connection.execute(
        "create or replace table intermediate.int_kpi_period as "
        f"select * exclude (raw), {READ} as value from staging.arrived"
    )
    judgement.put("staging.stg_definitions__kpi", kpis)
    judgement.replace("intermediate.int_kpi_target_in_force", targets, TARGET)
    judgement.build("int_kpi_judgement")
    return judgement.rows("from intermediate.int_kpi_judgement order by kpi_id")


def is_beyond(value: Decimal, limit: Decimal, direction: str) -> bool:
    return value > limit if direction == LOWER else value < limit


THRESHOLD = st.tuples(
    NUMBER, NUMBER, st.sampled_from([HIGHER, LOWER]), st.sampled_from([0, 1, -1])
).map(
    # Every third value lies exactly on its target, or a billionth beside it.
    lambda case: (case[1] + Decimal(case[3]).scaleb(-9) if case[0] % 3 == 0 else case[0], *case[1:])
)


def test_the_reading_of_numbers_is_the_projects_own() -> None:
    macro = (PROJECT / "macros/measures.sql").read_text()
    assert (
        READ.replace("raw", "{{ expression }}").replace("decimal(38, 9)", "{{ type_measure() }}")
        in macro
    )


def test_a_threshold_decides_as_exact_arithmetic_does(judgement: Judgement) -> None:
    cases = drawn(THRESHOLD, 500)
    floors = [t - 2 if d == HIGHER else t + 2 for _, t, d, _ in cases]
    rows = judged(
        judgement, [(str(v), t, f, d) for (v, t, d, _), f in zip(cases, floors, strict=True)]
    )
    for row, (value, target, direction, _), floor in zip(rows, cases, floors, strict=True):
        assert row["is_beyond_target"] == is_beyond(value, target, direction), row
        assert row["is_beyond_floor"] == is_beyond(value, floor, direction), row
        band = abs(target - floor) / 4
        line = target - band if direction == LOWER else target + band
        assert row["is_past_recovery"] == (not is_beyond(value, line, direction)), row


def test_directions_are_mirror_images(judgement: Judgement) -> None:
    cases = drawn(THRESHOLD, 200)
    up = judged(judgement, [(str(v), t, t - 1, HIGHER) for v, t, _, _ in cases])
    down = judged(judgement, [(str(-v), -t, -t + 1, LOWER) for v, t, _, _ in cases])
    for word in ("is_beyond_target", "is_beyond_floor", "is_past_recovery"):
        assert [row[word] for row in up] == [row[word] for row in down]


@pytest.mark.parametrize("factor", [Decimal(100), Decimal("0.001"), Decimal(60)])
def test_another_unit_changes_no_decision(judgement: Judgement, factor: Decimal) -> None:
    cases = [(v.quantize(Decimal("0.001")), t, d) for v, t, d, _ in drawn(THRESHOLD, 200)]
    one = judged(judgement, [(str(v), t, t - 4, d) for v, t, d in cases])
    other = judged(
        judgement, [(str(v * factor), t * factor, (t - 4) * factor, d) for v, t, d in cases]
    )
    for word in ("is_beyond_target", "is_beyond_floor", "is_past_recovery"):
        assert [row[word] for row in one] == [row[word] for row in other]


@pytest.mark.parametrize("direction", [HIGHER, LOWER])
def test_no_number_no_target_and_no_trust_are_never_healthy(
    judgement: Judgement, direction: str
) -> None:
    """Healthy needs a finite value that holds, a target, trust and a closed period."""
    values = [*HOSTILE, None, "98", "97.9", "98.000000001"]
    cases = [(v, t, None, direction) for v in values for t in (None, Decimal(98))]
    rows = judged(judgement, cases)  # type: ignore[arg-type]
    for row in rows:
        if row["value"] is not None:
            assert row["value"].is_finite()
    verdicts = [
        {"kpi_id": row["kpi_id"], "scope": "n", "period_start": MONDAY, "verdict_rank": rank,
         "grade_rank": 3}
        for row in rows
        for rank in (1 + int(row["kpi_id"]) % 3,)
    ]  # fmt: skip
    schema = pa.schema(
        [*list(JUDGED)[:3], ("verdict_rank", pa.int32()), ("grade_rank", pa.int32())]
    )
    judgement.replace("intermediate.int_integrity_verdict", verdicts, schema)
    _surround(judgement)
    judgement.build("fct_kpi_evaluation")
    told = judgement.rows("from marts.fct_kpi_evaluation")
    healthy = [row for row in told if row["status"] == "healthy"]
    assert all(row["target"] is not None and row["value"] is not None for row in healthy)
    assert all(row["integrity_verdict"] == "trusted" for row in healthy)
    assert not any(is_beyond(row["value"], row["target"], direction) for row in healthy)
    assert {row["status"] for row in told if row["target"] is None} == {"no_target"}
    unknown = [row for row in told if row["value"] is None and row["target"] is not None]
    assert {row["status"] for row in unknown} <= {"no_data", "contested"}
    assert len(unknown) >= 7


def _surround(judgement: Judgement) -> None:
    """A source just heard, nothing in breach, Monday a week later."""
    as_of = datetime.combine(week(1), time(6))
    judgement.put("intermediate.int_as_of", [{"as_of": as_of}])
    heard = pa.schema([("source", pa.string()), ("last_seen_at", pa.timestamp("us"))])
    judgement.replace(
        "marts.fct_source_freshness", [{"source": "erp", "last_seen_at": as_of}], heard
    )
    spans = [("rule", pa.string()), ("opened_period", pa.date32()), ("closed_period", pa.date32())]
    episode = pa.schema([("episode_id", pa.string()), *list(JUDGED)[:2], *spans])
    judgement.replace("marts.fct_kpi_episode", [], episode)


def _shifted(values: list[Decimal], length: int, shift: Decimal, fall: Decimal) -> list[Decimal]:
    """The end of a series moved by a shift, and further with each step."""
    start = len(values) - length
    return [
        value + (shift + fall * (n - start) if n >= start else 0) for n, value in enumerate(values)
    ]


SERIES = st.builds(
    _shifted,
    st.lists(st.decimals(40, 60, places=1), min_size=17, max_size=45),
    st.integers(0, 10),
    st.decimals(-60, 5, places=1),
    st.sampled_from([Decimal(0), Decimal(-25)]),
)


def charted(judgement: Judgement, series: list[list[Decimal]], direction: str) -> dict[Any, Any]:
    rows = [
        {"kpi_id": f"{number}", "scope": "n", "period_start": week(w), "value": value,
         "direction": direction, "recover_k": 2, "is_leaf": True}
        for number, values in enumerate(series)
        for w, value in enumerate(values)
    ]  # fmt: skip
    judgement.replace("intermediate.int_kpi_side_state", rows, JUDGED)
    judgement.build("int_drift_observation")
    found = judgement.rows("from intermediate.int_drift_observation")
    return {(int(row["kpi_id"]), row["period_start"]): row["is_bad"] for row in found}


def is_signal(values: list[Decimal]) -> bool | None:
    """XmR by hand for the last of the values, more being better; None without a baseline."""
    exact = [Fraction(value) for value in values]
    baseline = exact[:-8][-20:]
    if len(baseline) < 8:
        return None
    # The step into the baseline's first value belongs to it, where there is one.
    steps = [abs(b - a) for a, b in pairwise(exact[:-8][-21:])]
    centre = sum(baseline) / len(baseline)
    limit = centre - Fraction(266, 100) * sum(steps) / len(steps)
    falling = all(b < a for a, b in pairwise(exact[-6:]))
    return exact[-1] < limit or max(exact[-8:]) < centre or falling


def test_drift_is_what_an_xmr_chart_by_hand_says(judgement: Judgement) -> None:
    series = drawn(SERIES, 120)
    found = charted(judgement, series, HIGHER)
    signals = 0
    for number, values in enumerate(series):
        for w in range(len(values)):
            by_hand = is_signal(values[: w + 1])
            assert found.get((number, week(w))) == by_hand, (values, w)
            signals += bool(by_hand)
    assert signals > 20


def test_drift_does_not_depend_on_unit_zero_or_side(judgement: Judgement) -> None:
    series = drawn(SERIES, 80)
    plain = charted(judgement, series, HIGHER)
    assert plain == charted(judgement, [[v + 1000 for v in s] for s in series], HIGHER)
    assert plain == charted(judgement, [[v * 1000 for v in s] for s in series], HIGHER)
    assert plain == charted(judgement, [[-v for v in s] for s in series], LOWER)


def test_drift_looks_only_back(judgement: Judgement) -> None:
    """Neither the judged point nor what follows it moves the limits that it is judged by."""
    series = drawn(SERIES, 60)
    whole = charted(judgement, series, HIGHER)
    cut = charted(judgement, [values[:-5] for values in series], HIGHER)
    assert cut == {key: whole[key] for key in cut}


def test_an_absurd_number_breaks_no_chart(judgement: Judgement) -> None:
    values = [Decimal(9).scaleb(28), *([Decimal(50)] * 30)]
    assert not any(charted(judgement, [values], HIGHER).values())
