"""Does the workbook still compute, and show, what it says it does?

Reason to flag: a constant typed over a formula, or a formula of another shape among equal ones,
cuts a figure loose from the cells it claims to be computed from. A total that leaves figures out, a
number typed as text, a hidden row, column or sheet, a format that shows another number than the
cell holds, another font, a file saved after its last period was published or by somebody who does
not keep it: none of it makes a figure wrong, each is a fact its keeper can explain in a sentence.

How to remedy: ask whoever keeps the workbook why it is so, fill formulas back in from the cell
above, show what is hidden, and correct the input cells if it was they that were wrong.

Method: `ingestion/workbook/forensics/` looks at every file when it is read and lands each oddity
with its place. A cell cut loose from its formula contests the number of its line; everything else
is asked about and contests nothing.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from expectations.guard import Examination, Guard, Kind, Outcome, Row, Suspicion
from expectations.publication import published_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from expectations.row_expectation import RowExpectation

GUARD = Guard(
    kind=Kind.STRUCTURAL,
    evidence="""
        select
            line.*,
            recomputed.value as recomputed_value,
            (
                select string_agg(savers.saved_by, chr(10) order by savers.first_seen_at)
                from staging.stg_sheets__saver as savers
                where savers.file = line.file and savers.first_seen_at < line.last_period
            ) as saved_before_by
        from intermediate.int_workbook_line as line
        left join intermediate.int_kpi_value as recomputed
            on
                line.rule is not null
                and line.kpi_id = recomputed.kpi_id
                and line.scope = recomputed.scope
                and line.period_start = recomputed.period_start
    """,
    part=("file", "scope"),
    every_number=False,
    minimum=1,
    false_alarm_rate=0.0,
    rate_holds="for the fact that the file is so; it says nothing about why.",
    innocent_explanations=(
        "The formula's inputs were not there yet and a preliminary figure was typed in.",
        "The value was pasted with its look but without its formula, or rows were moved or sorted.",
        "A known fault in the input cells was corrected in the result instead.",
        "A helper sheet, row or column was put out of the way.",
        "A colleague stood in for the keeper, or opened and saved the file without a change.",
    ),
    invisible=(
        "constants at the oldest end of a column: its history may have been brought in as values",
        "a column without formulas, and a formula replaced in most of its cells",
        "a changed formula that occurs more than once in the column, or is filled across its row",
        "a constant or a stray formula that ends a line filled across, or one of several in it",
        "a line of three or more cells that is typed whole where those around it are filled across",
        "a total typed beside fewer than two others that is its sum, or is off by over a quarter",
        "a total typed where no other is beside it nor in its column, or beside typed figures",
        "lines that a sum leaves out at its far end when the sums beside it leave them out too",
        "rows that a filter or a closed group folds away, and hidden rows of words",
        "input cells that were typed wrongly under an intact formula",
        "figures in the colour of what is behind them",
        "fonts, formats and hidden sheets of text files, and fonts and formats of ods",
    ),
)

# The figure is no longer what its column computes: nobody can say from what it came.
CUT_LOOSE = frozenset({"constant_among_formulas", "other_formula"})


@cache
def expectation() -> type[RowExpectation]:
    """Its class; `keepers`, mailboxes or names with commas between, replaces what is known.

    That is who began the file, and who had saved it before its newest week began: whoever is new
    is asked about for a week, and who saves it from the first day on and did not begin it, once.
    """
    from expectations.row_expectation import RowExpectation

    class ExpectWorkbookStructureToBeIntact(RowExpectation):
        """Expect a workbook to have no cell cut loose, nothing hidden, masked or saved unasked."""

        keepers: str | None = None

        def examine(self, rows: list[Row]) -> Examination:
            return examine(rows, keepers=self.keepers)

    return ExpectWorkbookStructureToBeIntact


def examine(rows: Sequence[Row], *, keepers: str | None = None) -> Examination:
    """Judge the lines of one file about one scope."""
    covered = frozenset((row["scope"], row["period_start"]) for row in rows)
    suspicions = (*_cut_loose(rows), *_noted(rows), *_saved(rows, keepers))
    if not suspicions and not rows[0]["formulas_in_file"]:
        detail = "nothing in the file is odd, and nothing in it is computed by a formula"
        outcome = Outcome.NOT_APPLICABLE
        return Examination(outcome=outcome, n=len(covered), detail=detail, covered=covered)
    odd = {(row["rule"], row["odd_sheet"], row["cell"]) for row in rows if row["rule"]}
    return Examination(
        outcome=Outcome.JUDGED,
        n=len(covered),
        detail=f"{len(odd)} oddities in the structure of {rows[0]['file']}",
        covered=covered,
        unexpected_count=len(odd),
        suspicions=suspicions,
    )


def _cut_loose(rows: Sequence[Row]) -> Iterator[Suspicion]:
    """One proof for each cell of a line that does not hold its column's formula."""
    found = [row for row in rows if row["is_in_line"] and row["rule"] in CUT_LOOSE]
    for row in sorted(found, key=lambda row: (row["period_start"], row["cell"])):
        place = f"{row['file']} {row['odd_sheet']}!{row['cell']}"
        yield Suspicion(
            scope=row["scope"],
            period_start=row["period_start"],
            periods=frozenset({row["period_start"]}),
            place=place,
            observed=row["observed"],
            expected=row["expected"],
            question=f"{place} ({row['column_name']}) holds {row['observed']} instead of "
            f"{row['expected']}. What is the figure based on, and can the formula be put back?",
            evidence=_place(row) | {"recomputed_value": row["recomputed_value"]},
        )


def _noted(rows: Sequence[Row]) -> Iterator[Suspicion]:
    """One question for each other sort of oddity, with all its places."""
    by_rule: dict[str, list[Row]] = {}
    for row in rows:
        if row["rule"] and not (row["is_in_line"] and row["rule"] in CUT_LOOSE):
            by_rule.setdefault(row["rule"], []).append(row)
    for rule, touched in sorted(by_rule.items()):
        places = {_named(row): row for row in touched}
        named = ", ".join(sorted(places)[:3]) + (" and others" if len(places) > 3 else "")
        first = touched[0]
        yield _about_file(
            touched,
            place=f"{first['file']} {rule}",
            observed=f"{rule.replace('_', ' ')} at {named}: {first['observed']}",
            expected=first["expected"],
            question=f"{first['file']} has {first['observed']} ({named}) instead of "
            f"{first['expected']}. What is it for?",
            evidence={"rule": rule, "rows": [_place(row) for _, row in sorted(places.items())]},
        )


def _saved(rows: Sequence[Row], keepers: str | None) -> Iterator[Suspicion]:
    """Was the file saved after its last period was published, or by somebody else than a keeper?"""
    first = rows[0]
    saved, published = first["modified_at"], published_at(first["last_period"], first)
    if saved is not None and saved > published:
        yield _about_file(
            [row for row in rows if row["period_start"] == first["last_period"]] or rows[-1:],
            place=f"{first['file']} modified_after_close",
            observed=f"saved on {saved:%Y-%m-%d %H:%M} UTC",
            expected=f"no change once the week of {first['last_period']} was published, "
            f"on {published:%Y-%m-%d}",
            question=f"{first['file']} was saved on {saved:%Y-%m-%d}, after its last week had been "
            f"published on {published:%Y-%m-%d}. What was changed?",
            evidence={"modified_at": str(saved), "modified_by": first["modified_by"]},
        )
    known = _keepers(first, keepers)
    if first["modified_by"] and known and not _is_one_of(first["modified_by"], known):
        yield _about_file(
            rows,
            place=f"{first['file']} foreign_modifier",
            observed=f"last saved by {first['modified_by']}",
            expected=f"saved by {' or '.join(known)}",
            question=f"{first['file']} was last saved by {first['modified_by']}; it is kept by "
            f"{' or '.join(known)}. Who else may keep it? `keepers` in the KPI's definition names "
            "them.",
            evidence={"modified_by": first["modified_by"], "keepers": known},
        )


def _keepers(row: Row, declared: str | None) -> list[str]:
    """Those declared or else, as far as it is known, who began the file and who saved it before."""
    if declared:
        return [name.strip() for name in declared.split(",")]
    before = (row["saved_before_by"] or "").splitlines()
    return list(dict.fromkeys(filter(None, (row["created_by"], *before))))


def _is_one_of(name: str, known: Sequence[str]) -> bool:
    """Whether one of the names holds all words of the other: programs know the same person so."""
    words = set(name.casefold().split())
    return any(
        words <= own or own <= words for one in known if (own := set(one.casefold().split()))
    )


def _about_file(
    rows: Sequence[Row],
    *,
    place: str,
    observed: str,
    expected: str,
    question: str,
    evidence: dict[str, Any],
) -> Suspicion:
    periods = frozenset(row["period_start"] for row in rows)
    return Suspicion(
        scope=rows[0]["scope"],
        period_start=next(iter(periods)) if len(periods) == 1 else None,
        periods=periods,
        place=place,
        observed=observed,
        expected=expected,
        question=question,
        evidence={"file": rows[0]["file"]} | evidence,
        contests=False,
    )


def _place(row: Row) -> dict[str, Any]:
    return {
        "file": row["file"],
        "sheet": row["odd_sheet"],
        "cell": row["cell"],
        "column_name": row["column_name"],
        "observed": row["observed"],
        "expected": row["expected"],
    }


def _named(row: Row) -> str:
    return f"{row['odd_sheet']}!{row['cell']}" if row["cell"] else str(row["odd_sheet"])
