"""What belongs together in a lesson: passages gathered into parts that are never torn apart."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from lessons.content import blocks
from lessons.content.article.passages import Passage, count_words, slugify
from lessons.content.article.phrases import split_term

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PartKind = Literal["text", "heading", "quote", "list", "cards", "selfcheck", "story", "offer"]

INTRO_WORDS = 60  # A longer paragraph before a list stands on its own, even with a colon.
REMARKS_MOST = 2
REMARK_WORDS = 120
LIST_WORDS = 600
TERM_LETTERS = 4
MOSTLY = 0.6


@dataclass
class Part:
    """Passages that become one block, or part of one.

    ``heading`` names the block, ``intro`` leads into it; both stand before the others.
    """

    kind: PartKind
    passages: list[Passage] = field(default_factory=list)
    heading: Passage | None = None
    intro: Passage | None = None
    remarks: dict[str, list[Passage]] = field(default_factory=dict)  # By the item they follow.

    def all(self) -> list[Passage]:
        """Every passage in it, in the order of the article."""
        first = [one for one in (self.heading, self.intro) if one]
        inner = (
            one
            for passage in self.passages
            for one in (passage, *self.remarks.get(passage.key, []))
        )
        return [*first, *inner]

    @property
    def words(self) -> int:
        return sum(count_words(passage.text) for passage in self.all())


def gather(passages: Sequence[Passage]) -> list[Part]:
    """The parts of a section, in order."""
    parts: list[Part] = []
    for passage in passages:
        kind = _kind(passage)
        if kind in {"list", "selfcheck", "story"} and parts and _goes_on(parts[-1], kind, passage):
            parts[-1].passages.append(passage)
        else:
            parts.append(Part(kind, [passage]))
    parts = _with_remarks(parts)
    return list(_with_intros([small for part in parts for small in _cut(_settled(part))]))


def _goes_on(part: Part, kind: PartKind, passage: Passage) -> bool:
    """Whether a passage belongs to the list or story before it; a table is a list of its own."""
    last = part.passages[-1]
    same_table = ("\t" in last.text) == ("\t" in passage.text) and (passage.level or not last.level)
    return part.kind == kind and (kind != "list" or bool(same_table))


def _kind(passage: Passage) -> PartKind:
    kinds: dict[str, PartKind] = {
        "heading": "heading",
        "quote": "quote",
        "item": "list",
        "statement": "selfcheck",
        "story": "story",
        "call_to_action": "offer",
    }
    return kinds.get(passage.kind, "text")


def _with_remarks(parts: Sequence[Part]) -> list[Part]:
    """Items that explain a term, each followed by a remark of its own, as one list with remarks."""
    result: list[Part] = []
    at = 0
    while at < len(parts):
        merged, used = _explained(parts, at)
        result.append(merged or parts[at])
        at += used or 1
    return result


def _explained(parts: Sequence[Part], start: int) -> tuple[Part | None, int]:
    """The list with remarks that starts here, and how many parts it takes up."""
    whole = Part("list")
    end = at = start
    while at < len(parts) and _is_terms(parts[at]):
        whole.passages.extend(parts[at].passages)
        end = at = at + 1
        remarks = _remarks(parts, at)
        if not remarks or at + len(remarks) >= len(parts):
            break
        if not _is_terms(parts[at + len(remarks)]):
            break
        whole.remarks[whole.passages[-1].key] = [part.passages[0] for part in remarks]
        at += len(remarks)
    if not whole.remarks:
        return None, 0
    own = _own_remarks(whole, _remarks(parts, end))
    whole.remarks[whole.passages[-1].key] = [part.passages[0] for part in own]
    return whole, end + len(own) - start


def _is_terms(part: Part) -> bool:
    return part.kind == "list" and all(split_term(item.text) for item in part.passages)


def _remarks(parts: Sequence[Part], at: int) -> list[Part]:
    """The paragraphs from here on that are short enough to be remarks."""
    found = []
    for part in parts[at : at + REMARKS_MOST]:
        if part.kind != "text" or part.words > REMARK_WORDS:
            break
        found.append(part)
    return found


def _own_remarks(whole: Part, after: Sequence[Part]) -> list[Part]:
    """After the last item nothing tells where its remark ends: it must name the item's term, or
    start like all remarks before it."""
    earlier = [remarks[0].text.split()[:2] for remarks in whole.remarks.values()]
    most = max(len(remarks) for remarks in whole.remarks.values())
    term = (split_term(whole.passages[-1].text) or ("", ""))[0]
    words = {word for word in slugify(term, limit=200).split("-") if len(word) >= TERM_LETTERS}
    own = []
    for part in after[:most]:
        text = part.passages[0].text
        named = words & set(slugify(text, limit=2000).split("-"))
        if not named and any(text.split()[:2] != start for start in earlier):
            break
        own.append(part)
    return own


def _settled(part: Part) -> Part:
    """A list as what it can be: cards when its items explain terms, statements only if they fit."""
    if part.kind == "selfcheck" and not _fits(part):
        part.kind = "list"
    if part.kind == "list" and (part.remarks or _explains(part)):
        part.kind = "cards"
    return part


def _fits(part: Part) -> bool:
    return all(len(passage.text) <= blocks.LINE_MAX for passage in part.passages)


def _explains(part: Part) -> bool:
    items = [item for item in part.passages if item.level <= 1]
    terms = [item for item in items if split_term(item.text)]
    flat = len(items) == len(part.passages)
    return flat and len(terms) >= max(MOSTLY * len(items), 2)


def _cut(part: Part) -> Iterator[Part]:
    """A list in stretches that one block can hold."""
    if part.kind not in {"list", "cards", "selfcheck"}:
        yield part
        return
    small = Part(part.kind)
    for passage in part.passages:
        full = len(small.passages) >= blocks.LIST_MAX or small.words >= LIST_WORDS
        if full:
            yield small
            small = Part(part.kind)
        small.passages.append(passage)
        if passage.key in part.remarks:
            small.remarks[passage.key] = part.remarks[passage.key]
    if small.kind == "selfcheck" and len(small.passages) == 1:
        small.kind = "list"  # A self-check has two statements or more.
    yield small


def _with_intros(parts: Sequence[Part]) -> Iterator[Part]:
    """A short paragraph that ends with a colon goes with the list it announces."""
    announced = {"list", "cards", "selfcheck"}
    led: set[int] = set()
    for before, part in pairwise(parts):
        if part.kind in announced and before.kind == "text" and _announces(before):
            part.intro = before.passages[0]
            led.add(id(before))
    yield from (part for part in parts if id(part) not in led)


def _announces(part: Part) -> bool:
    return part.passages[0].text.endswith((":", "?")) and part.words <= INTRO_WORDS


def with_headings(parts: Sequence[Part]) -> Iterator[Part]:
    """A sub-heading right above a list, cards, a self-check or a story goes into its block."""
    titled: set[int] = set()
    for before, part in pairwise(parts):
        if before.kind == "heading" and part.kind in {"list", "cards", "selfcheck", "story"}:
            part.heading = before.passages[0]
            titled.add(id(before))
    yield from (part for part in parts if id(part) not in titled)
