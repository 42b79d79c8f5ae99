"""The errors a person can do something about; anything else is a defect and keeps its traceback.

SightlineError                  1  findings, or any of the following
├── DefinitionError             2  a definition file is wrong; carries every finding
├── UsageError                  2  the command was called wrongly
├── SightlineEnvironmentError   3  something outside is missing: a file, a source, a browser
└── NothingCheckedError         4  nothing was there to check, which is not the same as all well

The number is the exit code of the command line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.finding import Finding


class SightlineError(Exception):
    """Root of the family; `exit_code` is what the command line returns."""

    exit_code: ClassVar[int] = 1


class DefinitionError(SightlineError):
    """Definitions are refused. `findings` holds all of them, in order of file and line."""

    exit_code: ClassVar[int] = 2

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(sorted(findings))
        count = len(self.findings)
        heading = f"{count} finding{'' if count == 1 else 's'} in the definitions"
        super().__init__("\n".join([heading, *map(str, self.findings)]))

    def __reduce__(self) -> tuple[type[DefinitionError], tuple[tuple[Finding, ...]]]:
        return type(self), (self.findings,)


class UsageError(SightlineError):
    """The caller asked for something that does not exist or makes no sense."""

    exit_code: ClassVar[int] = 2


class SightlineEnvironmentError(SightlineError):
    """Something the run needs from outside is missing or unusable."""

    exit_code: ClassVar[int] = 3


class NothingCheckedError(SightlineError):
    """There was nothing to check: never report this as a pass."""

    exit_code: ClassVar[int] = 4
