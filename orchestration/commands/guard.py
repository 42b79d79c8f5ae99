"""`guard`: the statistical guards over any csv, to be tried on data of one's own."""

from datetime import date
from enum import Enum, StrEnum
from pathlib import Path
from typing import Annotated

import typer

from orchestration.commands.output import AsJson, emit, say
from sightline.errors import NothingCheckedError, UsageError

REJECTED_SHOWN = 5


class Direction(StrEnum):
    """Which way is good."""

    higher_is_better = "higher_is_better"
    lower_is_better = "lower_is_better"


class ValueKind(Enum):
    """What the values are."""

    rate = "rate"
    count = "count"
    amount = "amount"
    duration = "duration"
    score = "score"


class DecimalMark(StrEnum):
    """What stands before decimals."""

    comma = "comma"
    point = "point"


class PeriodEnd(StrEnum):
    """Which ends may borrow from the next period."""

    month = "month"
    quarter = "quarter"


Column = typer.Option(help="A column, by its heading or number from 1.", show_default=False)


def guard(
    file: Annotated[Path, typer.Argument(help="A csv, one row a value, period or person.")],
    target: Annotated[str, typer.Option(help="The target, written as the values are.")],
    direction: Annotated[Direction, typer.Option(help="Which way is good.")],
    value: Annotated[str | None, Column] = None,
    period: Annotated[str | None, Column] = None,
    numerator: Annotated[str | None, Column] = None,
    denominator: Annotated[str | None, Column] = None,
    reported: Annotated[str | None, Column] = None,
    recomputed: Annotated[str | None, Column] = None,
    count: Annotated[
        str | None, typer.Option(help="A column that says how often each value occurs.")
    ] = None,
    decimal_mark: Annotated[
        DecimalMark | None,
        typer.Option(help="What stands before decimals (default: by all cells of a column)."),
    ] = None,
    kind: Annotated[ValueKind | None, typer.Option(help="What the values are.")] = None,
    resolution: Annotated[
        str | None, typer.Option(help="The step of the values (default: measured).")
    ] = None,
    natural_bound: Annotated[
        list[str] | None, typer.Option(help="A limit that no value can pass; up to two.")
    ] = None,
    approval_limit: Annotated[
        str | None, typer.Option(help="A limit below which nobody has to approve.")
    ] = None,
    period_end: Annotated[
        PeriodEnd, typer.Option(help="Which ends may borrow from the next period.")
    ] = PeriodEnd.month,
    baseline_until: Annotated[
        str | None, typer.Option(help="Last day of the past to compare with, as YYYY-MM-DD.")
    ] = None,
    independent_events: Annotated[
        bool, typer.Option(help="The counted events do not depend on one another.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Ask what a column of numbers does about its target: verdict, evidence, what may explain it.

    Statistics alone, for a KPI whose sources are not at hand. A finding is a question, never a
    proof. The heading is looked for below titles; a column without a name goes by its number.
    Order in time is looked at where the file has one value a day, week, month, quarter or year.
    Exit code 1 when there is something to ask, 4 when nothing could be judged.
    """
    from expectations.judgement import Grade
    from expectations.signals.series import Terms
    from orchestration import guarded_in_words, guarding, series_file
    from orchestration.column_marks import NAMES
    from orchestration.series_columns import Columns
    from orchestration.written_number import told

    columns = Columns(value, period, numerator, denominator, reported, recomputed, count)
    named = next((mark for mark, name in NAMES.items() if name == decimal_mark), None)
    found = series_file.read(file, columns, named)
    mark = found.decimal_mark
    aim = told("--target", target, mark)
    step = None if resolution is None else told("--resolution", resolution, mark)
    if step is not None and step <= 0:
        raise UsageError(f"--resolution {resolution}: it has to be a number above 0")
    limit = None if approval_limit is None else told("--approval-limit", approval_limit, mark)
    bounds = [told("--natural-bound", bound, mark) for bound in natural_bound or []]
    if numerator is not None and abs(aim) <= 1:
        found.notes.append(f"the target {aim:g} is read as {100 * aim:g} %")
        aim = 100 * aim
    elif target.strip() != f"{aim:.15g}":
        found.notes.append(f"the target {target} is read as {aim:.15g}")
    terms = Terms(
        target=aim,
        higher_is_better=direction is Direction.higher_is_better,
        kind=None if kind is None else kind.value,
        resolution=step,
        bounds=guarding.natural_bounds(bounds, kind and kind.value, found),
        independent=independent_events,
        approval_limit=limit,
        baseline_until=_day(baseline_until),
        period_end=period_end.value,
    )
    guarded = guarding.guard_file(found, terms)
    records = guarded_in_words.as_data(guarded)
    summary = series_file.summary(found, str(file))
    for note in found.notes:
        say(note)
    for one in found.rejected[:REJECTED_SHOWN]:
        say(f"line {one.line} is not used: {one.reason}")
    say(f"{found.seen:,} rows seen = {len(found.lines):,} kept + {len(found.rejected):,} rejected")
    verdict = guarded_in_words.verdict(guarded)
    emit(
        {"input": summary, "composite": verdict, "guards": records},
        guarded_in_words.as_text(records, guarded),
        as_json=as_json,
    )
    if guarded.composite.grade is Grade.U:
        raise NothingCheckedError("no guard could judge these values")
    raise typer.Exit(1 if guarded.composite.grade in (Grade.C, Grade.D) else 0)


def _day(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError as error:
        raise UsageError(f"{text} is not a day: write it as 2026-10-19") from error
