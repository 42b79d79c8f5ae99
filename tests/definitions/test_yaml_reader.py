"""The reader: YAML 1.2 as written, exact, with positions, and nothing that unfolds."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.errors import DefinitionError
from sightline.finding import Finding, Place
from sightline.yaml_reader import DEEPEST_LEVEL, LARGEST_FILE, read, read_text


def refusal(text: str) -> Finding:
    with pytest.raises(DefinitionError) as refused:
        read_text(text, "kpis/a.yml")
    assert len(refused.value.findings) == 1
    return refused.value.findings[0]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("NO", "NO"),
        ("off", "off"),
        ("12:30:45", "12:30:45"),
        ("2026-06-29", "2026-06-29"),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
        (".nan", ".nan"),
        (".inf", ".inf"),
        ("'98'", "98"),
        ("98", 98),
        ("-3", -3),
        ("007", 7),
        ("0.1", Decimal("0.1")),
        ("97.9999999999999999", Decimal("97.9999999999999999")),
        ("1e3", Decimal(1000)),
        ("true", True),
        ("~", None),
        ("", None),
    ],
)
def test_a_plain_word_means_what_yaml_1_2_says(written: str, read_as: Any) -> None:
    value = read_text(f"word: {written}\n", "a.yml").data["word"]
    assert value == read_as
    assert type(value) is type(read_as)


def test_every_key_and_item_has_its_place() -> None:
    document = read_text("a:\n  - b: 1\n  - {c: 2}\n", "a.yml")
    assert document.place("a") == Place("a.yml", 1, 1)
    assert document.place("a", 0, "b") == Place("a.yml", 2, 5)
    assert document.place("a", 1, "c") == Place("a.yml", 3, 6)


def test_what_is_missing_is_placed_at_its_nearest_parent() -> None:
    document = read_text("a:\n  - b: 1\n", "a.yml")
    assert document.place("a", 0, "owner", "name") == Place("a.yml", 2, 5)
    assert document.place("nothing") == Place("a.yml", 1, 1)


def test_a_duplicate_key_is_refused_at_the_second_one() -> None:
    finding = refusal("id: a\nowner: x\nowner: y\n")
    assert finding.rule == "duplicate_key"
    assert finding.place == Place("kpis/a.yml", 3, 1)
    assert "line 2" in finding.message


def test_an_alias_bomb_is_refused_before_it_unfolds() -> None:
    levels = "".join(
        f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    finding = refusal("a: &a [lol]\n" + levels)
    assert finding.rule == "alias"
    assert finding.place.line == 1


@pytest.mark.parametrize(
    ("text", "rule", "line"),
    [
        ("a: 1\nb: *a\n", "alias", 2),
        ("a: 1\nb: &x 2\n", "alias", 2),
        ("a: !!python/object:os.system x\n", "tag", 1),
        ("a: !!str 5\n", "tag", 1),
        ("a: 1\n---\nb: 2\n", "several_documents", 2),
        ("a: 1\n? [x, y]\n: 2\n", "key_not_text", 2),
        ("a: [1, 2\nb: 3\n", "not_yaml", 2),
        ("a: 1\n\tb: 2\n", "not_yaml", 2),
        ("a: \x00\n", "not_yaml", 1),
        ('a: "\\U00110000"\n', "not_yaml", 1),
        ('a: 1\nb: "\\ud800"\n', "hidden_character", 2),
        ('a: 1\nb: "\\0"\n', "hidden_character", 2),
        ('a: 1\nb: "\\u202e"\n', "hidden_character", 2),
    ],
)
def test_what_a_definition_does_not_need_is_refused(text: str, rule: str, line: int) -> None:
    finding = refusal(text)
    assert (finding.rule, finding.place.file, finding.place.line) == (rule, "kpis/a.yml", line)
    assert finding.way_out


@settings(deadline=None)  # the machine may be busy; nothing is timed here
@given(st.text(alphabet="ab:-? \n\t[]{},&*!|>'\"%#@`~.0e+\\UxN<=\r\x00\ufeffü", max_size=40))
def test_any_text_is_either_read_or_refused_with_a_place(text: str) -> None:
    try:
        files = {read_text(text, "a.yml").file}
    except DefinitionError as refused:
        files = {finding.place.file for finding in refused.findings}
    assert files == {"a.yml"}


def test_nesting_is_capped() -> None:
    fits = "[" * DEEPEST_LEVEL + "]" * DEEPEST_LEVEL
    assert read_text(fits, "a.yml").data
    assert refusal("[" * 50_000).rule == "too_deep"


def test_an_oversized_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "big.yml"
    path.write_bytes(b"#" * (LARGEST_FILE + 1))
    with pytest.raises(DefinitionError) as refused:
        read(path, "kpis/big.yml")
    assert [finding.rule for finding in refused.value.findings] == ["file_too_large"]


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "latin.yml"
    path.write_bytes("name: Köln\n".encode("latin-1"))
    with pytest.raises(DefinitionError) as refused:
        read(path, "kpis/latin.yml")
    assert [finding.rule for finding in refused.value.findings] == ["not_utf8"]


def test_an_endless_digit_string_stays_text() -> None:
    assert read_text(f"a: {'9' * 10_000}\n", "a.yml").data["a"] == "9" * 10_000
