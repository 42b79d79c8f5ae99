"""Which shape, word and colour stands for a status? The only mapping; every page reads it here."""

from __future__ import annotations

from dataclasses import dataclass

# Every colour has a contrast of at least 4.5 : 1 on white and on the pale panels (#f6f8fa).
TONES = {
    "green": "#1a6e36",
    "amber": "#8a5200",
    "red": "#b3221c",
    "violet": "#6b3fa0",
    "grey": "#57606a",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """How a status is shown: never by colour alone, so it survives print and colour blindness."""

    shape: str
    word: str
    tone: str

    @property
    def colour(self) -> str:
        """The tone as a hexadecimal colour."""
        return TONES[self.tone]

    def __str__(self) -> str:
        return f"{self.shape} {self.word}"


MARKS = {
    "healthy": Mark("●", "on track", "green"),
    "at_risk": Mark("▲", "at risk", "amber"),
    "breached": Mark("■", "off track", "red"),
    "contested": Mark("◆", "contested", "violet"),
    "stale": Mark("◌", "stale", "grey"),
    "no_data": Mark("○", "no data", "grey"),
    "no_target": Mark("–", "no target", "grey"),
    "pending": Mark("…", "pending", "grey"),
}
LEADS = {
    "supported": Mark("✓", "shown", "green"),
    "not_supported": Mark("?", "not shown", "grey"),
    "insufficient": Mark("…", "too early", "grey"),
}
UNVERIFIED = Mark("◇", "unverified", "grey")
_UNKNOWN = Mark("○", "unknown", "grey")
_GRADE_TONES = {"A": "green", "B": "green", "C": "amber", "D": "red"}


def mark(status: str | None, integrity_verdict: str | None = "trusted") -> Mark:
    """The mark of a status. A healthy number nobody could verify is 'unverified', not 'on track'.

    The marts hold such a number 'pending' for want of trust; people are told that reason too.
    `integrity_verdict` is trusted, contested or insufficient; None means nobody looked.
    A missing status is 'no data'; an unknown one raises KeyError, for it would be a defect.
    """
    if status is None:
        return MARKS["no_data"]
    if status in {"healthy", "pending"} and integrity_verdict != "trusted":
        return MARKS["contested"] if integrity_verdict == "contested" else UNVERIFIED
    return MARKS[status]


def level_mark(level: str, word: str) -> Mark:
    """The mark of a department's answer: shape and tone of the level, words of the department."""
    base = MARKS.get(level, _UNKNOWN)
    return Mark(base.shape, word, base.tone)


def grade_tone(grade: str | None) -> str:
    """The tone of a data grade: A and B green, C amber, D red, U and none grey."""
    return _GRADE_TONES.get(grade or "", "grey")
