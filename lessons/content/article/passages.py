"""What an article becomes: passages with keys that outlive edits elsewhere, and what was left out.

Pure values. Every character of an article that is not blank (``str.isspace``) lies in exactly one
``Passage`` or one ``LeftOut``; nothing is lost silently.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

Kind = Literal[
    "heading", "paragraph", "quote", "item", "statement", "story", "call_to_action"
]  # fmt: skip
SLUG_WORDS = 3
SLUG_MAX = 24
LETTERS_MOST = 12  # No language with blanks has longer words than this throughout.


@dataclass(frozen=True)
class Passage:
    """One heading, paragraph, quote or list item of an article.

    ``section`` is the key of the heading it stands under ("" before the first one). ``level`` is 1
    (the article's title) to 6 for a heading, the depth in its list from 1 on for an item (0 for the
    header row of a table), and 0 for all else. The cells of a table's row are parted by tabs, the
    lines of a poem or an address by line feeds; other white space is single spaces.
    """

    key: str
    kind: Kind
    section: str
    text: str
    level: int = 0

    @property
    def digest(self) -> str:
        """What tells whether the wording changed: white space does not count."""
        return digest_of(self.text)


@dataclass(frozen=True)
class LeftOut:
    """Text that is visible in the article and no part of what it says, with the reason in English.

    ``after`` is the key of the passage it follows ("" at the start): read in that order, passages
    and what was left out give the whole article again.
    """

    text: str
    reason: str
    after: str = ""


@dataclass(frozen=True)
class Parsed:
    title: str
    passages: tuple[Passage, ...]
    left_out: tuple[LeftOut, ...]


def sectioned(passages: Iterable[Passage]) -> list[Passage]:
    """The passages, each in the section of the heading it stands under."""
    result: list[Passage] = []
    above: list[tuple[int, str]] = []  # The headings that what follows stands under.
    for passage in passages:
        if passage.kind == "heading":
            above = [(level, key) for level, key in above if level < passage.level]
        section = above[-1][1] if above else ""
        result.append(passage if passage.section == section else replace(passage, section=section))
        if passage.kind == "heading":
            above.append((passage.level, passage.key))
    return result


def normalise(text: str) -> str:
    """The text with its white space as single spaces."""
    return " ".join(text.split())


def digest_of(text: str) -> str:
    """SHA-256 (hex) of the text, normalised for white space."""
    return hashlib.sha256(normalise(text).encode("utf-8", "surrogatepass")).hexdigest()


def slugify(text: str, *, limit: int) -> str:
    """Lower-case ASCII words joined by hyphens, at most ``limit`` long; "x" when none is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = (re.sub(r"[^a-z0-9]", "", word) for word in re.split(r"[\s/_–—-]+", plain))
    slug = "-".join(word for word in words if word)
    if len(slug) > limit:
        cut = slug[: limit + 1].rpartition("-")[0]
        slug = cut or slug[:limit]
    return slug.strip("-") or "x"


def key_of(text: str) -> str:
    """A readable key made from the text alone; `Names` keeps two of the same apart."""
    start = slugify(" ".join(text.split()[:SLUG_WORDS]), limit=SLUG_MAX)
    return f"{start}-{digest_of(text)[:6]}"


class Names:
    """Names given out once each: a name that is taken gets -2, -3, …, whichever is free first."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.taken = set(taken)
        self.numbers: dict[str, int] = {}

    def give(self, name: str) -> str:
        free, number = name, self.numbers.get(name, 1)
        while free in self.taken:
            number += 1
            free = f"{name}-{number}"
        self.numbers[name] = number
        self.taken.add(free)
        return free


def first_free(name: str, taken: Iterable[str]) -> str:
    """The name, or the name with the first number that makes it a free one."""
    return Names(taken).give(name)


def count_words(text: str) -> int:
    """Words as a reader counts them: runs between blanks that hold a letter or a digit.

    A text that puts no blanks between its words counts by its length.
    """
    words = sum(any(char.isalnum() for char in word) for word in text.split())
    return max(words, len(text) // LETTERS_MOST)
