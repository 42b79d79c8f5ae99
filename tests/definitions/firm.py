"""A private copy of the shipped definitions that a test may spoil in one place."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sightline.catalog import load_catalog
from sightline.errors import DefinitionError
from sightline.finding import Finding

CHECKOUT = Path(__file__).resolve().parents[2]
OKRS = CHECKOUT / "okrs"


class Firm:
    """The definitions of the shipped firm in a temporary folder."""

    def __init__(self, folder: Path) -> None:
        self.okrs = folder / "okrs"
        shutil.copytree(OKRS, self.okrs)

    def replace(self, file: str, old: str, new: str) -> Firm:
        """Replace the first occurrence; a text that is not there is a mistake in the test."""
        path = self.okrs / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{file} does not contain {old!r}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return self

    def append(self, file: str, text: str) -> Firm:
        path = self.okrs / file
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
        return self

    def write(self, file: str, text: str) -> Firm:
        (self.okrs / file).write_text(text, encoding="utf-8")
        return self

    def copy(self, file: str, to: str) -> Firm:
        shutil.copy(self.okrs / file, self.okrs / to)
        return self

    def line_of(self, file: str, text: str) -> int:
        """1-based number of the first line that contains `text`."""
        lines = (self.okrs / file).read_text(encoding="utf-8").splitlines()
        return next(number for number, line in enumerate(lines, start=1) if text in line)

    def findings(self) -> tuple[Finding, ...]:
        """What loading is refused for; a catalog that loads fails the test."""
        with pytest.raises(DefinitionError) as refused:
            load_catalog(self.okrs)
        return refused.value.findings

    def finding(self, rule: str) -> Finding:
        """The one finding of a rule; others may stand beside it."""
        found = [finding for finding in self.findings() if finding.rule == rule]
        assert len(found) == 1, self.findings()
        return found[0]
