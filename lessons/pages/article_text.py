"""An article for reading: its passages as the parts of a page, with contents and reading time."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WORDS_A_MINUTE = 200
DASHES = (" – ", " — ")
# More words before a dash are half a sentence, not a term that is explained.
TERM_WORDS = 6
# Passages that stand together as one list.
LISTS = {"item": "items", "statement": "statements"}


class PassageLike(Protocol):
    """A passage, as parsed or as stored."""

    @property
    def key(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def level(self) -> int: ...


@dataclass(frozen=True)
class Item:
    """An entry of a list; ``term`` is what stands before its dash."""

    text: str
    term: str = ""


@dataclass(frozen=True)
class Part:
    """A heading, a paragraph, a quote, a list, or a way on."""

    kind: str
    key: str
    text: str = ""
    items: tuple[Item, ...] = ()


@dataclass(frozen=True)
class ArticleText:
    """The parts in order; ``contents`` are its headings when there are enough to choose from."""

    parts: tuple[Part, ...]
    minutes: int

    @property
    def contents(self) -> tuple[Part, ...]:
        headings = tuple(part for part in self.parts if part.kind == "heading")
        return headings if len(headings) > 1 else ()


def of(title: str, passages: Sequence[PassageLike]) -> ArticleText:
    """The page of an article; the heading that repeats its title is left to the page's own."""
    words = sum(len(passage.text.split()) for passage in passages)
    rest = passages[1:] if passages and passages[0].text.strip() == title.strip() else passages
    return ArticleText(parts=tuple(_parts(rest)), minutes=max(1, round(words / WORDS_A_MINUTE)))


def _parts(passages: Sequence[PassageLike]) -> Iterable[Part]:
    top = min((one.level for one in passages if one.kind == "heading"), default=0)
    for kind, group in groupby(passages, key=lambda passage: passage.kind):
        if kind in LISTS:
            found = list(group)
            items = tuple(_item(passage.text) for passage in found)
            yield Part(kind=LISTS[kind], key=found[0].key, items=items)
        else:
            yield from (Part(kind=_kind(one, top), key=one.key, text=one.text) for one in group)


def _kind(passage: PassageLike, top: int) -> str:
    """A heading below the article's own first level is a subheading; all else is what it is."""
    return "subheading" if passage.kind == "heading" and passage.level > top else passage.kind


def _item(text: str) -> Item:
    """An entry; the cells of a table's row come parted by tabs."""
    text = text.replace("\t", " · ")
    for dash in DASHES:
        term, found, rest = text.partition(dash)
        if found and len(term.split()) <= TERM_WORDS:
            return Item(text=rest, term=term)
    return Item(text=text)
