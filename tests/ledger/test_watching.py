"""What a pulse sees of raw, and what it remembers."""

from datetime import timedelta

from sightline.ledger.breach import What
from sightline.ledger.watching import Watch, watch
from tests.ledger.conftest import KEYS, NOON, Sealed

OPEN = (
    "select table_name, load_id, row_number from raw_ledger.broken_row "
    "where mended_at is null order by 3"
)


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
