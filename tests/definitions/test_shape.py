"""A file of the wrong shape is refused with file, line, column, rule and way out."""

from __future__ import annotations

import pytest

from sightline.catalog import load_catalog
from tests.definitions.firm import Firm

UPTIME = "kpis/sorter_uptime.yml"
FASTER = "objectives/faster_throughput.yml"
POLICY = "policies/throughput_over_uptime.yml"


def test_a_misspelt_key_is_told_once_with_the_key_that_was_meant(firm: Firm) -> None:
    firm.replace(UPTIME, "owner: maintenance_lead", "ownr: maintenance_lead")
    (finding,) = firm.findings()
    assert finding.rule == "unknown_key"
    assert finding.place.file == UPTIME
    assert finding.place.line == firm.line_of(UPTIME, "ownr:")
    assert finding.place.column == 1
    assert finding.way_out == "did you mean 'owner'?"


def test_a_misspelt_optional_key_deep_inside_finds_its_word(firm: Firm) -> None:
    firm.replace(FASTER, "lag_periods: 3", "lag_period: 3")
    finding = firm.finding("unknown_key")
    assert finding.place.line == firm.line_of(FASTER, "lag_period: 3")
    assert finding.place.column == 9
    assert "'lag_periods'" in finding.way_out


def test_a_key_that_resembles_nothing_is_answered_with_the_known_ones(firm: Firm) -> None:
    firm.append(UPTIME, "zzz: 1\n")
    assert "grace_days" in firm.finding("unknown_key").way_out


def test_a_missing_owner_is_refused(firm: Firm) -> None:
    firm.replace(UPTIME, "owner: maintenance_lead\n", "")
    finding = firm.finding("missing_key")
    assert (finding.place.file, finding.message) == (UPTIME, "owner is missing")
    assert finding.way_out == "add a line `owner: …`"


def test_a_missing_key_inside_a_list_is_placed_at_its_item(firm: Firm) -> None:
    firm.replace(UPTIME, "    approved_by: coo\n", "")
    finding = firm.finding("missing_key")
    assert finding.place.line == firm.line_of(UPTIME, "- from: 2025-04-28")
    assert finding.message == "targets[1].approved_by is missing"


@pytest.mark.parametrize(
    ("file", "old", "new", "rule", "says"),
    [
        (UPTIME, "floor: 96.5", "floor: 96,5", "bad_number", "'96,5'"),
        (UPTIME, "floor: 96.5", 'floor: "96.5"', "bad_number", "'96.5'"),
        (UPTIME, "floor: 96.5", "floor: .nan", "bad_number", "'.nan'"),
        (UPTIME, "floor: 96.5", "floor: true", "bad_number", "true"),
        (UPTIME, "floor: 96.5", "floor: 1e20", "bad_number", "10^20"),
        (UPTIME, "floor: 96.5", "floor: 96.5000000001", "bad_number", "9 decimal places"),
        (UPTIME, "share_of_bonus: 0.30", "share_of_bonus: 30", "bad_share", "30"),
        (UPTIME, "grace_days: 3", "grace_days: 3.5", "wrong_kind_of_value", "3.5"),
        (UPTIME, "grace_days: 3", "grace_days: three", "wrong_kind_of_value", "'three'"),
        (UPTIME, "time_zone: Europe/Berlin", "time_zone: Berlin", "bad_time_zone", "'Berlin'"),
        (UPTIME, "time_zone: Europe/Berlin", "time_zone: 12:30:45", "bad_time_zone", "12:30:45"),
        (UPTIME, "approved_on: 2025-04-21", "approved_on: 21.04.2025", "bad_day", "21.04.2025"),
        (UPTIME, "approved_on: 2025-04-21", "approved_on: 2025-02-30", "bad_day", "2025-02-30"),
        (UPTIME, "approved_on: 2025-04-21", "approved_on: 20250421", "bad_day", "20250421"),
        (UPTIME, "higher_is_better", "higher_is_beter", "unknown_word", "higher_is_beter"),
        (UPTIME, "fire: [2, 2]", "fire: [3, 2]", "bad_breach", "fire"),
        (UPTIME, "fire: [2, 2]", "fire: [0, 2]", "bad_value", "fire"),
        (UPTIME, "name: Sorter uptime", "name: 98", "wrong_kind_of_value", "98"),
        (UPTIME, "name: Sorter uptime", 'name: ""', "empty", "name"),
        (UPTIME, "id: sorter_uptime", "id: ../etc", "bad_spelling", "../etc"),
        (UPTIME, "asks: [operations", "asks: [Operations", "bad_spelling", "Operations"),
        (FASTER, "weight: 3", "weight: 0", "not_positive", "above 0"),
        (FASTER, "weight: 3", "weight: -1", "not_positive", "above 0"),
        (FASTER, "lag_periods: 3", "lag_periods: -1", "bad_value", "-1"),
        (POLICY, "planned_allowance: 1.0", "planned_allowance: -1", "negative", "below 0"),
        (POLICY, "when: {floor: below}", "when: {floor: bellow}", "unknown_word", "bellow"),
        (POLICY, "when: {floor: below}", "when: {floor: []}", "empty", "floor"),
        (POLICY, "verdict: slow_down", "verdict: slowdown", "unknown_word", "slowdown"),
        (
            "vocabulary.yml",
            "person: coo@northline.example",
            "person: the boss",
            "bad_spelling",
            "the boss",
        ),
    ],
)
def test_a_bad_value_is_named_where_it_stands(
    firm: Firm, file: str, old: str, new: str, rule: str, says: str
) -> None:
    firm.replace(file, old, new)
    finding = firm.finding(rule)
    assert finding.place.file == file
    assert finding.place.line == firm.line_of(file, new)
    assert says in finding.message
    assert finding.way_out


def test_a_misspelt_word_is_answered_with_the_nearest(firm: Firm) -> None:
    firm.replace(FASTER, "kind: increase_to", "kind: increase_too")
    assert firm.finding("unknown_word").way_out == "did you mean 'increase_to'?"


@pytest.mark.parametrize("text", ["", "- a\n", "98\n", "# only a comment\n"])
def test_a_file_that_is_no_mapping_is_refused(firm: Firm, text: str) -> None:
    firm.write(UPTIME, text)
    finding = firm.finding("wrong_kind_of_value")
    assert finding.place.file == UPTIME


def test_all_files_are_read_before_anything_is_told(firm: Firm) -> None:
    firm.replace(UPTIME, "owner:", "ownr:")
    firm.replace(FASTER, "kind: milestone", "kind: milestones")
    firm.append(POLICY, "id: again\n")
    assert [(each.place.file, each.rule) for each in firm.findings()] == [
        (UPTIME, "unknown_key"),
        (FASTER, "unknown_word"),
        (POLICY, "duplicate_key"),
    ]


def test_norway_is_a_country_and_not_false(firm: Firm) -> None:
    firm.replace(UPTIME, "name: Sorter uptime", "name: NO")
    assert load_catalog(firm.okrs).kpis["sorter_uptime"].name == "NO"


@pytest.mark.parametrize(
    ("file", "place"),
    [("kpis/notes.txt", "kpis/notes.txt"), ("kpis/a.yaml", "kpis/a.yaml"), ("kpi.yml", "kpi.yml")],
)
def test_a_file_that_nothing_reads_is_told(firm: Firm, file: str, place: str) -> None:
    firm.write(file, "id: a\n")
    assert firm.finding("stray_file").place.file == place


def test_a_missing_vocabulary_is_told(firm: Firm) -> None:
    (firm.okrs / "vocabulary.yml").unlink()
    assert firm.finding("missing_vocabulary").place.file == "vocabulary.yml"
