"""Whoever noted a root down finds out whether the log before it was written anew."""

import pytest

from sightline.errors import UsageError
from sightline.ledger.breach import What
from tests.ledger.conftest import Sealed


def test_a_root_holds_however_the_log_grows(sealed: Sealed) -> None:
    noted = sealed.verify().root
    assert noted.startswith("2:")
    sealed.land(8)
    outcome = sealed.verify(noted, sealed.verify().root)
    assert (outcome.seals, outcome.breaches) == (4, ())


def test_a_log_written_anew_with_the_key_is_found_by_the_root_alone(sealed: Sealed) -> None:
    noted = sealed.verify().root
    sealed.execute("update raw_integrity.verdict set grade = 'B' where _row = 3")
    sealed.rewrite()
    outcome = sealed.verify()
    assert (outcome.seals, outcome.breaches) == (3, ())
    [rewritten] = sealed.verify(noted).breaches
    assert (rewritten.what, rewritten.seal) == (What.ROOT_DIFFERS, 2)
    assert "seal 2 is not under the root that was noted" in str(rewritten)


def test_a_log_cut_off_before_the_root_is_found(sealed: Sealed) -> None:
    noted = sealed.verify().root
    newest = sealed.loads()[-1]
    sealed.execute(
        f"delete from raw_integrity.verdict where _dlt_load_id = '{newest}'",
        f"delete from raw_integrity._dlt_loads where load_id = '{newest}'",
    )
    sealed.rewrite()
    assert sealed.breaches() == ()
    assert {(one.what, one.seal) for one in sealed.verify(noted).breaches} == {
        (What.ROOT_DIFFERS, 2)
    }


@pytest.mark.parametrize("root", ["2", "2:5bb3d3255bb3d325", "c2lnaHRsaW5l"])
def test_what_is_no_root_is_refused(sealed: Sealed, root: str) -> None:
    with pytest.raises(UsageError, match="64 hexadecimal digits"):
        sealed.verify(root)
