"""How does any message read? The sentence first, then the order, the facts, the link, the reason.

A `Story` is about one case, feed or day; a `Text` is one message of one or more of them. Both
become HTML, plain text and JSON in one place each: `alert.html.j2`, `alert.txt.j2` and `as_json`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from reports.page import render

_SHAPES = {"red": "■", "amber": "▲", "green": "●", "grey": "◌", "violet": "◆"}

# What a link does, and its address.
Way: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Story:
    """One thing that is told. `order` is a bold word and its sentence; `facts` are label and lines.

    `picture` is an inline SVG of ours, never of anybody else's making. `ways` lead to acts, which
    only mail to one person offers.
    """

    about: str
    tone: str
    kicker: str
    headline: str
    order: tuple[str, str] | None = None
    picture: str = ""
    facts: tuple[tuple[str, tuple[str, ...]], ...] = ()
    link: str | None = None
    link_text: str = "Open the case"
    ways: tuple[Way, ...] = ()

    @property
    def shape(self) -> str:
        """The sign a status has even without colour."""
        return _SHAPES[self.tone]


@dataclass(frozen=True, slots=True)
class Text:
    """One message in every form a channel may want; `footer` says why the reader got it."""

    kind: str
    subject: str
    stories: tuple[Story, ...]
    footer: str

    def body(self, *, is_personal: bool = False) -> dict[str, Any]:
        """What the outbox keeps: html, text, json and the pictures in the html."""
        tone = self.stories[0].tone
        return {
            "html": render("alert.html.j2", text=self, tone=tone, is_personal=is_personal),
            "text": render("alert.txt.j2", text=self),
            "json": self.as_json(),
            "pictures": [story.picture for story in self.stories if story.picture],
        }

    def as_json(self) -> dict[str, Any]:
        """What a webhook is sent as `data`."""
        return {
            "subject": self.subject,
            "stories": [
                {
                    "about": story.about,
                    "tone": story.tone,
                    "headline": story.headline,
                    "order": " ".join(story.order) if story.order else None,
                    "facts": {label: list(lines) for label, lines in story.facts},
                    "link": story.link,
                }
                for story in self.stories
            ],
            "footer": self.footer,
        }
