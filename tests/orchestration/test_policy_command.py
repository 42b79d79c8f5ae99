"""`sightline policy` says with its exit code whether the policies hold."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.orchestration.conftest import CHECKOUT, SIGHTLINE

POLICY = "policies/throughput_over_uptime.yml"


@pytest.fixture
def okrs(tmp_path: Path) -> Path:
    """A copy of the shipped definitions that a test may spoil."""
    return Path(shutil.copytree(CHECKOUT / "okrs", tmp_path / "okrs"))


def sightline(okrs: Path, *words: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("SIGHTLINE_")}
    settings = {"SIGHTLINE_OKRS": str(okrs), "SIGHTLINE_HOME": str(okrs.parent / "state")}
    return subprocess.run(
        [SIGHTLINE, *words], env=kept | settings, capture_output=True, text=True, check=False
    )


def test_a_proven_policy_is_told_law_by_law(okrs: Path) -> None:
    done = sightline(okrs, "policy", "prove", "throughput_over_uptime", "--json")
    (proof,) = json.loads(done.stdout)
    assert done.returncode == 0
    assert proof["situations"] == sum(proof["decided_by"].values()) == 72
    assert {law["law"]: law["holds"] for law in proof["laws"]} == dict.fromkeys(
        (
            "total",
            "deterministic",
            "monotone",
            "effective",
            "approved_before_use",
            "approved_by_both_sides",
            "well_formed",
        ),
        True,
    )


def test_a_policy_that_loosens_under_stress_is_neither_proven_nor_replayed(okrs: Path) -> None:
    text = (okrs / POLICY).read_text()
    (okrs / POLICY).write_text(text.replace("slow_down", "goal_wins_spend_budget"))
    line = text.splitlines().index("    verdict: slow_down") + 1
    proven = sightline(okrs, "policy", "prove")
    assert proven.returncode == 1
    assert f"{POLICY}:{line}:" in proven.stdout
    replayed = sightline(okrs, "policy", "backtest", str(okrs / POLICY))
    assert replayed.returncode == 1
    assert f"{POLICY}:{line}:" in replayed.stdout


@pytest.mark.parametrize(
    ("words", "exit_code", "told"),
    [
        (("prove", "throughput_over"), 2, "throughput_over_uptime"),
        (("backtest", "none.yml"), 3, "there is no file none.yml"),
        (("backtest", POLICY, "--from", "soon"), 2, "soon is not a day"),
        (("backtest", POLICY, "--from", "2026-07-02", "--to", "2026-07-01"), 2, "swap them"),
        (("backtest", POLICY), 4, "nothing has been pulled"),
    ],
    ids=["unknown", "no-file", "no-day", "backwards", "no-warehouse"],
)
def test_what_cannot_be_done_is_said(
    okrs: Path, words: tuple[str, ...], exit_code: int, told: str
) -> None:
    named = [str(okrs / word) if word == POLICY else word for word in words]
    done = sightline(okrs, "policy", *named)
    assert done.returncode == exit_code
    assert told in done.stderr


def test_without_a_policy_nothing_is_proven(okrs: Path) -> None:
    (okrs / POLICY).unlink()
    assert sightline(okrs, "policy", "prove").returncode == 4
