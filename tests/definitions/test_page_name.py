"""A page is called so that its name is a file and an address, and no two ids share one."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.page_name import page_name

NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=400)


@pytest.mark.parametrize("about", ["sorter_uptime.north.level.2026-06-29", "ABC-1_2.x"])
def test_a_usual_id_is_called_what_it_is(about: str) -> None:
    assert page_name(about) == about


@given(NAMES)
def test_a_name_is_a_file_and_an_address_as_it_is(about: str) -> None:
    name = page_name(about)
    assert len(name.encode()) <= 200
    assert quote(name, safe="") == name
    assert not name.startswith(".")


@given(st.lists(NAMES, min_size=2, max_size=2, unique=True))
def test_two_ids_have_two_names(ids: list[str]) -> None:
    assert page_name(ids[0]) != page_name(ids[1])


@pytest.mark.parametrize(
    ("one", "other"), [("a/b", "a~2Fb"), (".a", "~2Ea"), ("x" * 300, "x" * 301)]
)
def test_what_looks_like_the_name_of_another_is_called_otherwise(one: str, other: str) -> None:
    assert page_name(one) != page_name(other)
