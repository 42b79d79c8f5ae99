"""A table whose columns change: what came later breaks no seal, and what was sealed stays bound."""

import pytest

from sightline.ledger import check_proof
from sightline.ledger.archive import Archive
from sightline.ledger.breach import What
from sightline.ledger.proving import prove
from sightline.ledger.watching import watch
from tests.ledger.conftest import KEYS, NOON, ROWS, Sealed

TABLE = "raw_integrity.verdict"
ALTERED = {(What.ROW_ALTERED, tuple(range(ROWS)))}
NOTE_ADDED = f"alter table {TABLE} add column note varchar"


def found(sealed: Sealed) -> set[tuple[What, tuple[int, ...]]]:
    """What a pulse finds, and the whole verification finds likewise."""
    seen = {(one.what, one.rows) for one in watch(sealed.home, KEYS, at=NOON).breaches}
    assert {(one.what, one.rows) for one in sealed.breaches()} == seen
    return seen


def test_a_column_that_came_later_breaks_no_seal(sealed: Sealed) -> None:
    sealed.execute(NOTE_ADDED)
    sealed.land(7)
    assert found(sealed) == set()
    archive = Archive(sealed.home.checkpoints)
    listed = [archive.read_seal(number).tables["verdict"].columns for number in (2, 3)]  # type: ignore[union-attr]
    assert set(listed[1]) - set(listed[0]) == {"note"}


def test_a_value_typed_into_a_column_that_came_later_is_found_in_its_row(sealed: Sealed) -> None:
    first = sealed.loads()[0]
    sealed.execute(NOTE_ADDED)
    sealed.land(7)
    sealed.execute(f"update {TABLE} set note = 'x' where _dlt_load_id = '{first}' and _row = 2")
    (breach,) = sealed.breaches()
    assert (breach.what, breach.load_id, breach.rows) == (What.ROW_ALTERED, first, (2,))


@pytest.mark.parametrize(
    "statements",
    [
        [f"alter table {TABLE} rename column grade to mark"],
        [f"alter table {TABLE} drop column grade"],
        [
            f"alter table {TABLE} rename column grade to passing",
            f"alter table {TABLE} rename column verdict to grade",
            f"alter table {TABLE} rename column passing to verdict",
        ],
    ],
    ids=["renamed", "dropped", "swapped"],
)
def test_a_sealed_column_that_is_not_what_it_was_is_found(
    sealed: Sealed, statements: list[str]
) -> None:
    sealed.execute(*statements)
    assert found(sealed) == ALTERED


def test_a_row_from_before_a_column_came_can_be_proven(sealed: Sealed) -> None:
    load = sealed.loads()[0]
    sealed.execute(NOTE_ADDED)
    sealed.land(7)
    proof = prove(sealed.home, dataset="raw_integrity", table="verdict", load_id=load, row=3)
    key = Archive(sealed.home.checkpoints).trusted_key() or ""
    assert check_proof.failure(proof, key) == ""
    typed = proof | {"values": proof["values"] | {"note": "x"}}
    assert "not the one that was sealed" in check_proof.failure(typed, key)


def test_each_load_is_read_by_its_own_columns_slice_by_slice(sealed: Sealed, large: str) -> None:
    sealed.execute(NOTE_ADDED)
    sealed.land(7, rows=20)
    assert found(sealed) == set()
    sealed.execute(f"update {TABLE} set note = 'x' where _dlt_load_id = '{large}' and _row = 12")
    assert found(sealed) == {(What.ROW_ALTERED, (12,))}
