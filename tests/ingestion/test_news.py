"""The mark of an SQL source moves with news and stays without."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from ingestion.sources.erp import sql_source
from ingestion.sql.news import Watch
from tests.ingestion.firm import NOON, TinyErp


def test_a_new_row_and_an_edit_move_the_mark_and_a_second_look_does_not(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path}/erp.db", poolclass=sa.NullPool)
    erp = TinyErp.create(engine)
    watch = Watch(engine, sql_source())
    before = watch.mark()
    assert watch.mark() == before
    erp.add_downtime(99, create_date=NOON + timedelta(hours=1))
    added = watch.mark()
    erp.edit_downtime(99, write_date=NOON + timedelta(hours=2), minutes=30)
    assert len({before, added, watch.mark()}) == 3
