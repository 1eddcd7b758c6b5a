"""A revised article and the course that was made from the one before: what went stale, what is new.

Nothing here changes a block. A person reads the difference and decides.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from lessons.content.blocks import Block
    from lessons.content.passages import Passage

Op = Literal["equal", "delete", "insert"]
JUNK_FROM = 2_000  # Words: above this, frequent ones are skipped while comparing, for speed.


@dataclass(frozen=True)
class WorkingLesson:
    """A lesson of the working copy, as staff left it."""

    uuid: UUID
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Stale:
    """A block that rests on a passage which now reads otherwise (``new``), or is gone (None)."""

    lesson: UUID
    block: UUID
    passage: str
    old: str
    new: str | None
    diff: str


@dataclass(frozen=True)
class Merge:
    """``stale`` in the order of the course; ``new_passages``, in the order of the article, are
    those that came with this revision and that no block names."""

    stale: tuple[Stale, ...]
    new_passages: tuple[Passage, ...]


def merge(
    current: Sequence[WorkingLesson],
    old_passages: Sequence[Passage],
    new_passages: Sequence[Passage],
) -> Merge:
    """What a revision means for a course. ``new_passages`` come from ``article.align``.

    A key that the old revision does not know belongs to another article of the course and is left
    alone. The same article again gives an empty result.
    """
    old = {passage.key: passage for passage in old_passages}
    new = {passage.key: passage for passage in new_passages}
    stale = [
        Stale(lesson.uuid, block.id, key, *_texts(old[key], new.get(key)))
        for lesson in current
        for block in lesson.blocks
        for key in block.passages
        if key in old and (key not in new or new[key].digest != old[key].digest)
    ]
    used = {key for lesson in current for block in lesson.blocks for key in block.passages}
    fresh = [one for one in new_passages if one.key not in old and one.key not in used]
    return Merge(tuple(stale), tuple(fresh))


def _texts(old: Passage, new: Passage | None) -> tuple[str, str | None, str]:
    text = new.text if new else None
    return old.text, text, unified(old.text, text or "")


def unified(old: str, new: str) -> str:
    """A unified diff, a sentence per line."""
    lines = difflib.unified_diff(_sentences(old), _sentences(new), lineterm="", n=1)
    return "\n".join(line for line in lines if not line.startswith(("---", "+++")))


def _sentences(text: str) -> list[str]:
    return [line for line in re.split(r"(?<=[.!?…])\s+|\n", text) if line]


def diff(old: str, new: str) -> list[tuple[Op, str]]:
    """The difference word by word: (operation, text), to be shown in order.

    "equal" and "insert" joined give the new text, "equal" and "delete" the old one.
    """
    before, after = (re.findall(r"\s+|\w+|[^\w\s]", text) for text in (old, new))
    quick = max(len(before), len(after)) > JUNK_FROM
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=quick)
    result: list[tuple[Op, str]] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            result.append(("equal", "".join(before[i1:i2])))
            continue
        if i2 > i1:
            result.append(("delete", "".join(before[i1:i2])))
        if j2 > j1:
            result.append(("insert", "".join(after[j1:j2])))
    return result
