"""What a pulse sees of raw, and what it remembers."""

from datetime import timedelta

import pytest

from sightline.ledger import merkle, row_hash
from sightline.ledger.archive import Archive
from sightline.ledger.breach import What
from sightline.ledger.verifying import verify
from sightline.ledger.watching import Watch, watch
from tests.ledger.conftest import KEYS, NOON, Sealed

OPEN = (
    "select table_name, load_id, row_number from raw_ledger.broken_row "
    "where mended_at is null order by 3"
)


TABLE = "raw_integrity.verdict"


def looked(sealed: Sealed, hours: int, budget: int = 1_000) -> Watch:
    return watch(sealed.home, KEYS, at=NOON + timedelta(hours=hours), budget=budget)


def test_a_clean_warehouse_is_left_alone(sealed: Sealed) -> None:
    seen = looked(sealed, 10)
    assert (seen.breaches, seen.hashed_rows) == ((), seen.sealed_rows)
    assert sealed.execute("from raw_ledger.breach") == []


def test_a_row_typed_into_a_sealed_load_is_noted_at_once(sealed: Sealed) -> None:
    (load, *_) = sealed.loads()
    sealed.execute(
        "insert into raw_integrity.verdict select * replace (6 as _row, 'x' as kpi_id) "
        f"from raw_integrity.verdict where _dlt_load_id = '{load}' and _row = 0"
    )
    (breach,) = looked(sealed, 10, budget=0).breaches
    assert (breach.what, breach.rows) == (What.ROW_ADDED, (6,))
    assert sealed.execute(OPEN) == [("verdict", load, 6)]


def test_hashing_goes_round_oldest_first_within_the_budget(sealed: Sealed) -> None:
    load = sealed.loads()[-1]
    sealed.execute(
        f"update raw_integrity.verdict set grade = 'B' where _dlt_load_id = '{load}' and _row = 2"
    )
    seen = [bool(looked(sealed, 10 + pulse, budget=8).breaches) for pulse in range(12)]
    assert seen[0] is False
    assert seen[-1] is True


def test_what_was_broken_and_is_mended_is_kept_with_both_moments(sealed: Sealed) -> None:
    load = sealed.loads()[0]
    grade = f"update raw_integrity.verdict set grade = '{{}}' where _dlt_load_id = '{load}'"
    sealed.execute(grade.format("B"))
    looked(sealed, 10)
    looked(sealed, 11)
    assert len(sealed.execute(OPEN)) == 6
    sealed.execute(grade.format("A"))
    assert looked(sealed, 12).breaches == ()
    found = sealed.execute("select row_count, mended_at - found_at from raw_ledger.breach")
    assert found == [(6, timedelta(hours=2))]
    assert sealed.execute(OPEN) == []


@pytest.mark.parametrize(
    ("table", "attack"),
    [
        ("broken_row", "update raw_ledger.broken_row set found_at = timestamp '2026-01-01'"),
        ("broken_row", "insert into raw_ledger.broken_row from raw_ledger.broken_row"),
        ("breach", "delete from raw_ledger.breach"),
        ("breach", "drop table raw_ledger.breach"),
    ],
)
def test_what_was_found_is_brought_back_whoever_writes_there(
    sealed: Sealed, table: str, attack: str
) -> None:
    load = sealed.loads()[0]
    sealed.execute(f"update {TABLE} set grade = 'B' where _dlt_load_id = '{load}' and _row = 2")
    looked(sealed, 10)
    found = [sealed.execute(f"from raw_ledger.{each}") for each in ("breach", "broken_row")]
    assert all(found)
    sealed.execute(attack)
    named = {(breach.what, breach.table) for breach in verify(sealed.home, KEYS).breaches}
    assert named == {(What.ROW_ALTERED, "verdict"), (What.FINDING_ALTERED, table)}
    looked(sealed, 11)
    assert [sealed.execute(f"from raw_ledger.{each}") for each in ("breach", "broken_row")] == found


def test_seals_rewritten_in_the_warehouse_do_not_deceive_it(sealed: Sealed) -> None:
    load = sealed.loads()[0]
    sealed.execute(
        f"delete from raw_integrity.verdict where _dlt_load_id = '{load}' and _row = 5",
        "update raw_ledger.seal set content = replace(content, '\"rows\":6', '\"rows\":5'), "
        f"row_count = 6 where load_id = '{load}'",
    )
    found = {(breach.what, breach.rows) for breach in looked(sealed, 10, budget=0).breaches}
    assert (What.ROW_MISSING, (5,)) in found
    assert any(what is What.SEAL_ALTERED for what, _ in found)


@pytest.mark.parametrize(
    "attack",
    [
        "insert into raw_ledger.seal (seal_number) values (null)",
        "update raw_ledger.seal set content = null where seal_number = 0",
        "update raw_ledger.seal set seal_number = null where seal_number = 0",
        "update raw_ledger.seal set content = '5' where seal_number = 0",
        "alter table raw_ledger.seal drop column checkpoint",
        "alter table raw_ledger.seal add column another varchar",
        "drop table raw_ledger.seal",
    ],
)
def test_seals_in_the_warehouse_that_cannot_be_read_are_found_and_stop_nothing(
    sealed: Sealed, attack: str
) -> None:
    sealed.execute(attack)
    assert {breach.what for breach in verify(sealed.home, KEYS).breaches} == {What.SEAL_ALTERED}
    assert {breach.what for breach in looked(sealed, 10).breaches} == {What.SEAL_ALTERED}
    sealed.land(9)
    assert {breach.what for breach in looked(sealed, 11).breaches} == {What.SEAL_ALTERED}


@pytest.mark.parametrize("table", ["breach", "broken_row", "verification"])
def test_a_table_of_the_ledger_with_other_columns_is_made_anew(sealed: Sealed, table: str) -> None:
    looked(sealed, 8)
    sealed.execute(f"alter table raw_ledger.{table} add column another varchar")
    named = [breach.table for breach in verify(sealed.home, KEYS).breaches]
    assert named == ([] if table == "verification" else [table])
    sealed.land(9)
    assert looked(sealed, 10).breaches == ()
    assert verify(sealed.home, KEYS).breaches == ()


def test_a_large_load_has_its_turns_slice_by_slice_within_the_budget(
    sealed: Sealed, large: str
) -> None:
    seen = [looked(sealed, 10 + pulse, budget=9) for pulse in range(5)]
    assert [one.hashed_rows for one in seen] == [12, 12, 12, 5 + 1 + 8, 8 + 4]
    assert sum(one.hashed_rows for one in seen) == seen[-1].sealed_rows
    ((oldest,),) = sealed.execute("select min(verified_at) from raw_ledger.verification")
    assert oldest == (NOON + timedelta(hours=10)).replace(tzinfo=None)


def test_of_a_broken_load_only_the_broken_slice_is_hashed_again_until_it_is_mended(
    sealed: Sealed, large: str
) -> None:
    grade = f"update {TABLE} set grade = '{{}}' where _dlt_load_id = '{large}' and _row = 10"
    sealed.execute(grade.format("B"))
    turns = [looked(sealed, 10 + pulse, budget=9).breaches for pulse in range(6)]
    assert [len(found) for found in turns] == [0, 0, 0, 0, 1, 1]
    ((breach,), *_) = turns[-2:]
    assert (breach.what, breach.rows) == (What.ROW_ALTERED, (10,))
    assert breach.key == "kpi_id=kpi_10, period_start=2026-01-26"
    again = looked(sealed, 20, budget=0)
    assert (again.breaches, again.hashed_rows) == ((breach,), 8)
    assert sealed.execute(OPEN) == [("verdict", large, 10)]
    sealed.execute(grade.format("A"))
    mended = looked(sealed, 21, budget=0)
    assert (mended.breaches, mended.hashed_rows) == ((), 8)
    assert looked(sealed, 22, budget=0).hashed_rows == 0


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("delete from {table} where {row} 10", {(What.ROW_MISSING, (10,))}),
        (
            "update {table} set _row = 100 where {row} 10",
            {(What.ROW_MISSING, (10,)), (What.ROW_ADDED, (100,))},
        ),
        (
            "update {table} set _row = -1 where {row} 10",
            {(What.ROW_MISSING, (10,)), (What.ROW_ADDED, (-1,))},
        ),
        (
            "update {table} set _row = null where {row} 10",
            {(What.ROW_MISSING, (10,)), (What.ROW_WITHOUT_NUMBER, ())},
        ),
        (
            "insert into {table} select * replace (10 as _row) from {table} where {row} 12",
            {(What.ROW_ADDED, (10,))},
        ),
    ],
    ids=["removed", "beyond", "below", "without", "doubled"],
)
def test_numbers_that_do_not_add_up_are_found_at_once_in_their_slice(
    sealed: Sealed, large: str, statement: str, expected: set[tuple[What, tuple[int, ...]]]
) -> None:
    sealed.execute(statement.format(table=TABLE, row=f"_dlt_load_id = '{large}' and _row ="))
    seen = looked(sealed, 10, budget=0)
    assert {(breach.what, breach.rows) for breach in seen.breaches} == expected
    assert seen.hashed_rows == 8
    assert set(sealed.breaches()) == set(seen.breaches)


def test_rows_that_trade_or_take_numbers_across_slices_are_found_when_their_turn_comes(
    sealed: Sealed, large: str
) -> None:
    there = f"where _dlt_load_id = '{large}' and _row"
    sealed.execute(
        f"update {TABLE} set _row = 21 - _row {there} in (7, 14)",
        f"update {TABLE} set _row = 2 {there} = 18",
    )
    assert looked(sealed, 10, budget=0).breaches == ()
    seen = looked(sealed, 11)
    assert {(breach.what, breach.rows) for breach in seen.breaches} == {
        (What.ROW_ALTERED, (7, 14)),
        (What.ROW_ADDED, (2,)),
        (What.ROW_MISSING, (18,)),
    }
    assert set(sealed.breaches()) == set(seen.breaches)
    assert looked(sealed, 12, budget=0).breaches == seen.breaches


@pytest.mark.parametrize("together", [1, 2, 8])
def test_rows_that_lie_in_another_order_are_as_sealed(
    sealed: Sealed, large: str, together: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_hash, "_A_PART", together)
    hashes = sealed.leaves(large)
    sealed.execute(f"create or replace table {TABLE} as from {TABLE} order by _row % 7, _row desc")
    assert sealed.leaves(large) == hashes
    assert sealed.breaches() == ()
    exported = Archive(sealed.home.checkpoints).leaves(3, "verdict", first=0, rows=20)
    assert b"".join(hashes) == exported


def test_the_slices_due_of_a_large_load_need_not_follow_one_another(
    sealed: Sealed, large: str
) -> None:
    sealed.execute(f"update {TABLE} set grade = 'B' where _dlt_load_id = '{large}' and _row < 8")
    sealed.execute(f"delete from {TABLE} where _dlt_load_id = '{large}' and _row > 15")
    looked(sealed, 10)
    sealed.execute(f"update {TABLE} set grade = 'C' where _dlt_load_id = '{large}' and _row < 8")
    assert {(one.what, one.rows) for one in looked(sealed, 11, budget=0).breaches} == {
        (What.ROW_ALTERED, tuple(range(8))),
        (What.ROW_MISSING, (16, 17, 18, 19)),
    }


@pytest.mark.parametrize(
    ("kind", "size"),
    [("leaves", 0), ("leaves", 33), ("leaves", 20 * merkle.SIZE), ("slices", 0), ("slices", 33)],
)
def test_hashes_that_are_not_those_exported_are_told_from_altered_rows(
    sealed: Sealed, large: str, kind: str, size: int
) -> None:
    path = Archive(sealed.home.checkpoints).path(3, f"verdict.{kind}")
    path.write_bytes(bytes(size))
    seen = looked(sealed, 10)
    assert {(breach.what, breach.path) for breach in seen.breaches} == {
        (What.ARCHIVE_INCOMPLETE, str(path))
    }
    assert set(sealed.breaches()) == set(seen.breaches)
    assert looked(sealed, 11, budget=0).breaches == seen.breaches


def test_hashes_of_altered_rows_in_the_archive_do_not_lead_to_the_sealed_root(
    sealed: Sealed, large: str
) -> None:
    archive = Archive(sealed.home.checkpoints)
    sealed.execute(f"update {TABLE} set grade = 'B' where _dlt_load_id = '{large}'")
    altered = sealed.leaves(large)
    archive.path(3, "verdict.leaves").write_bytes(b"".join(altered))
    archive.path(3, "verdict.slices").write_bytes(b"".join(map(merkle.root, altered)))
    (breach,) = looked(sealed, 10).breaches
    assert breach.path == str(archive.path(3, "verdict.slices"))
