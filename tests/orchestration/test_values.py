"""An episode goes on record once, and once more each time that its end is another."""

from __future__ import annotations

import duckdb
import pytest

from orchestration.defs.values import _EPISODES

STARTED, EASED = "date '2026-01-05'", "date '2026-01-12'"
ENDED, LATER = "date '2026-01-19'", "date '2026-01-26'"


@pytest.mark.parametrize(
    ("kept", "said", "is_news"),
    [
        (None, (STARTED, "null"), True),
        ((STARTED, "null"), (STARTED, "null"), False),
        ((STARTED, "null"), (STARTED, ENDED), True),
        ((STARTED, ENDED), (STARTED, ENDED), False),
        ((STARTED, ENDED), (EASED, LATER), True),
        ((STARTED, ENDED), (STARTED, "null"), True),
    ],
)
def test_what_is_news_of_an_episode(
    kept: tuple[str, str] | None, said: tuple[str, str], is_news: bool
) -> None:
    columns = "kpi_id text, scope text, rule text, opened_period date, closed_period date"
    with duckdb.connect() as connection:
        for name, row in (
            ("marts.fct_kpi_episode", said),
            ("staging.stg_values__episode", kept),
        ):
            connection.execute(f"create schema {name.partition('.')[0]}")
            connection.execute(f"create table {name} ({columns}, episode_id text)")
            if row is not None:
                connection.execute(
                    f"insert into {name} values ('k', 'n', 'level', {row[0]}, {row[1]}, 'k.n')"
                )
        news = connection.execute(f"select opened_period::text from ({_EPISODES})").fetchall()
    assert news == ([("2026-01-05",)] if is_news else [])
