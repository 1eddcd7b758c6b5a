"""The common ground of all formats: an article as a row of pieces, before they get their kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal[
    "heading", "paragraph", "quote", "item", "statement", "story", "call_to_action", "out"
]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of an article in the order of the page.

    ``role`` is what the format itself says it is; recognising may change it. ``out`` carries what
    is no passage, with its ``reason``. The flags are what later decisions need: ``strong`` says all
    of it is bold, ``link`` that all of it is one or more links, ``button`` that it holds a link
    styled as a button, ``lone`` that it stands between blank lines where a heading could stand,
    ``ordered`` that its list is numbered.
    """

    role: Role
    text: str
    level: int = 0
    reason: str = ""
    strong: bool = False
    link: bool = False
    button: bool = False
    lone: bool = False
    ordered: bool = False


def out(text: str, reason: str) -> Piece:
    """A piece that is left out."""
    return Piece("out", text, reason=reason)


def has_words(text: str) -> bool:
    """Whether there is a letter or a digit in it: all else is decoration."""
    return any(char.isalnum() for char in text)


def tidy(text: str) -> str:
    """One line with single spaces: every character that is not blank stays."""
    return " ".join(text.split())
