"""A case is kept and has its page whatever the place it is about is called."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestration.auditing import audit, waiting_episodes
from sightline.casebook import Casebook, Message
from sightline.home import Home
from tests.audits.northline_marts import AS_OF, LEVEL_CASE, build


def publish(home: Home, scope: str, case_id: str) -> None:
    """The demo firm's marts, its north hub under another name."""
    marts = build("as_planned")
    scoped = marts.execute(
        "select table_name from information_schema.columns where column_name = 'scope'"
    ).fetchall()
    for (table,) in scoped:
        marts.execute(f"update marts.{table} set scope = ? where scope = 'north'", [scope])
    marts.execute("alter table marts.fct_kpi_episode add column is_alerted boolean default true")
    marts.execute("alter table marts.fct_kpi_episode add column as_of timestamp")
    marts.execute("update marts.fct_kpi_episode set as_of = ?", [AS_OF.replace(tzinfo=None)])
    marts.execute(
        "update marts.fct_kpi_episode set episode_id = ? where episode_id = ?",
        [case_id, LEVEL_CASE],
    )
    marts.execute(f"attach '{home.published}' as published")
    marts.execute("copy from database memory to published")
    marts.execute("detach published")
    marts.close()


@pytest.mark.parametrize(
    "scope", ["north", "north/dock 1", "../..", "Nord-Süd: 50 % + ~", ".hidden", "x" * 300, "a\0b"]
)
def test_a_case_is_audited_once_and_has_its_page_whatever_its_place_is_called(
    tmp_path: Path, scope: str
) -> None:
    home = Home(
        root=tmp_path, okrs=tmp_path, casebook_url=f"sqlite:///{tmp_path / 'casebook.db'}"
    ).create()
    case_id = LEVEL_CASE.replace(".north.", f".{scope}.")
    publish(home, scope, case_id)
    casebook = Casebook(home.casebook_url)
    casebook.create()
    now = datetime.now(UTC)
    casebook.announce([Message("open", (case_id,), None, "console", "told", {})], now)
    (audited,) = audit(home, "run")
    assert audited.case_id == case_id
    assert [path.resolve() for path in home.cases.iterdir()] == [audited.page.resolve()]
    assert waiting_episodes(home).waiting == ()
    casebook.close()
