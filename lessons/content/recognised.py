"""What a passage is, where a person knew better than the reader of articles. Pure.

A correction changes the kind and remembers what was recognised. The levels of headings and the
sections follow from the kinds, so they are worked out anew. To be left out is a kind as well: a
person leaves out what was recognised, or brings back what was left out; either is a correction.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast, get_args

from lessons.content.article.passages import Kind, LeftOut, Names, Passage, key_of, sectioned
from lessons.content.article.pieces import has_words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from lessons.content.article.passages import Parsed

KINDS: tuple[Kind, ...] = get_args(Kind)
LEFT_OUT = "left_out"
# What a person can say of a piece of an article.
CHOICES: tuple[str, ...] = (*KINDS, LEFT_OUT)
BY_HAND = "by hand"  # The reason for what a person left out.
BROUGHT_BACK: Kind = "paragraph"  # What a piece is taken for when it comes back.
# The level of what a person calls a heading or an item: a lesson of its own, a plain list.
LEVELS = {"heading": 2, "item": 1}
# What is left out of the line of a passage, rather than beside it.
MARKS = frozenset({"list marker", "heading mark", "quote mark", "call to action mark"})


def corrected(
    passages: Iterable[Passage], kinds: Mapping[str, str]
) -> tuple[tuple[Passage, ...], dict[str, str]]:
    """The passages as these kinds (``{key: kind}``) make them, and what was recognised instead.

    ``passages`` are as recognised; a kind that was recognised anyway is no correction.
    """
    result: list[Passage] = []
    recognised: dict[str, str] = {}
    for passage in passages:
        kind = kinds.get(passage.key, passage.kind)
        if kind != passage.kind:
            recognised[passage.key] = passage.kind
            passage = _as(passage, kind, LEVELS.get(kind, 0))  # noqa: PLW2901
        result.append(passage)
    return tuple(sectioned(result)), recognised


def as_recognised(
    passages: Sequence[Passage], recognised: Mapping[str, str], fresh: Mapping[str, Passage]
) -> tuple[Passage, ...]:
    """Stored passages without the corrections; ``fresh`` is a new reading by key, for levels."""
    result = []
    for passage in passages:
        kind = recognised.get(passage.key)
        if kind:
            again = fresh.get(passage.key)
            same = again is not None and again.kind == kind
            level = again.level if again and same else LEVELS.get(kind, 0)
            passage = _as(passage, kind, level)  # noqa: PLW2901
        result.append(passage)
    return tuple(sectioned(result))


def _as(passage: Passage, kind: str, level: int) -> Passage:
    return replace(passage, kind=cast("Kind", kind), level=level)


# --- What was left out ---------------------------------------------------------------------------


def can_come_back(text: str, reason: str) -> bool:
    """Whether a piece could be a passage: not when it is a sign in the line of one, or no words."""
    return reason not in MARKS and has_words(text)


def keys_of_left_out(parsed: Parsed) -> list[str]:
    """The key that each piece left out would have as a passage; no passage's key changes by it."""
    names = Names(one.key for one in parsed.passages)
    return [names.give(key_of(out.text)) for out in parsed.left_out]


def with_left_out(parsed: Parsed, numbers: Collection[int]) -> tuple[Passage, ...]:
    """The passages, and in their places these of the pieces left out (by their number, from 0)."""
    after: dict[str, list[Passage]] = defaultdict(list)
    for number, key in enumerate(keys_of_left_out(parsed)):
        if number in numbers:
            out = parsed.left_out[number]
            after[out.after].append(Passage(key, cast("Kind", LEFT_OUT), "", out.text))
    rows = [*after[""], *(row for one in parsed.passages for row in (one, *after[one.key]))]
    return tuple(sectioned(rows))


def brought_back(stored: Sequence[Mapping[str, Any]], parsed: Parsed) -> set[int]:
    """Which pieces of a fresh reading a person brought back, by what was stored as left out.

    Articles are not read again when their reader learns something, so a fresh reading may leave out
    other pieces: then the words decide.
    """
    if [one["text"] for one in stored] == [out.text for out in parsed.left_out]:
        return {number for number, one in enumerate(stored) if one.get("passage")}
    wanted = Counter(str(one["text"]) for one in stored if one.get("passage"))
    found = set()
    for number, out in enumerate(parsed.left_out):
        if wanted[out.text]:
            wanted[out.text] -= 1
            found.add(number)
    return found


def parted(passages: Iterable[Passage]) -> tuple[tuple[Passage, ...], tuple[LeftOut, ...]]:
    """The passages that stay, and what a person left out, each after the passage before it."""
    stay: list[Passage] = []
    out: list[LeftOut] = []
    for one in passages:
        if cast("str", one.kind) == LEFT_OUT:
            out.append(LeftOut(one.text, BY_HAND, stay[-1].key if stay else ""))
        else:
            stay.append(one)
    return tuple(stay), tuple(out)
