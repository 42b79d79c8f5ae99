"""From a terminal: a silence has an author who is known, and names what there is."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from sightline.casebook import Casebook, Message
from sightline.errors import UsageError
from sightline.home import CHECKOUT, Home
from tests.acting.conftest import CASE, NOW, OWNER, publish
from tests.reports.firm import Firm

UPTIME = {"kpi": "sorter_uptime", "scope": "north"}


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, firm: Firm) -> None:
    (tmp_path / "clock").write_text(NOW.isoformat())
    monkeypatch.setenv("SIGHTLINE_HOME", str(tmp_path))
    monkeypatch.setenv("SIGHTLINE_CLOCK", str(tmp_path / "clock"))
    monkeypatch.setenv("SIGHTLINE_OKRS", str(CHECKOUT / "okrs"))
    publish(Home.from_env().create(), firm)


def silence(*words: str, code: int = 0) -> Any:
    done = CliRunner().invoke(app, ["silence", *words, "--json"])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == code
    return json.loads(done.stdout)


def add(*flags: str, until: str = "2026-11-02T06:00Z", author: str = OWNER, **about: str) -> Any:
    named = [word for name, value in about.items() for word in (f"--{name}", value)]
    said = ["--until", until, "--by", author, "--reason", "planned stop"]
    return silence("add", *said, *named, *flags)


def test_a_silence_is_previewed_held_and_lifted() -> None:
    assert add("--preview", **UPTIME) == {"silence_id": None, "holds_back": [CASE]}
    assert silence("list") == []
    held = add(**UPTIME)["silence_id"]
    assert [each["author"] for each in silence("list", code=1)] == [OWNER]
    assert silence("lift", held, "--by", OWNER) == {"lifted": held}
    assert silence("list") == []


def test_one_case_that_is_held_back_is_one() -> None:
    said = ["--until", "2026-11-02T06:00Z", "--by", OWNER, "--reason", "x", "--preview"]
    done = CliRunner().invoke(app, ["silence", "add", *said, "--kpi", "sorter_uptime"])
    assert done.stdout.splitlines() == ["would hold back 1 open case", f"  {CASE}"]


def test_open_cases_are_listed_with_their_numbers_and_whose_day_has_passed(tmp_path: Path) -> None:
    casebook = Casebook(Home.from_env().casebook_url)
    casebook.create()
    casebook.announce([Message("open", (CASE,), None, "console", "uptime", {})], NOW)
    casebook.close()
    (tmp_path / "clock").write_text((NOW + timedelta(days=2)).isoformat())
    done = CliRunner().invoke(app, ["case", "list"])
    assert done.exit_code == 1
    assert done.stdout == (
        f"{CASE}  Sorter uptime, north is at 97.35\u202f%, below its target of 98.00\u202f%, in "
        "breach for 17 weeks; opened, next step was due on 2026-10-27; waiting for its audit\n"
    )


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({"kpi": "nosuch_kpi"}, "no KPI is called nosuch_kpi; known: "),
        ({"kpi": "sorter_uptme"}, "did you mean 'sorter_uptime'"),
        (UPTIME | {"scope": "nroth"}, "no scope of it is called nroth; did you mean 'north'"),
        ({"objective": "nosuch"}, "no objective is called nosuch"),
        (UPTIME | {"author": "nobody"}, "nobody holds no role on 2026-10-26"),
        (UPTIME | {"until": "2026-10-26T06:00Z"}, "would hold back nothing"),
    ],
)
@pytest.mark.parametrize("flags", [(), ("--preview",)])
def test_a_silence_that_means_nothing_is_refused(
    about: dict[str, str], said: str, flags: tuple[str, ...]
) -> None:
    with pytest.raises(UsageError, match=said):
        add(*flags, **about)
    assert silence("list") == []


def test_a_stranger_lifts_no_silence() -> None:
    held = add(**UPTIME)["silence_id"]
    with pytest.raises(UsageError, match="nobody holds no role"):
        silence("lift", held, "--by", "nobody")
    assert [each["silence_id"] for each in silence("list", code=1)] == [held]
