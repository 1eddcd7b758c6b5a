"""What becomes of a block whose passage changed: its new words, or its own ones once more.

Accepting puts the article's new words in the place of the old ones, if these still stand in the
block; when the passage is gone, its words go too. Leaving keeps the block as it is and remembers
that it was held against the present rewording.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from courseapp.errors import NotFound, Refused
from lessons.content import (
    blocks,
    differences,
    editing,
    revisions,
    rewording,
    richtext,
    staleness,
)
from lessons.content.derivation import writing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from courseapp.accounts.models import User
    from lessons.content.blocks import Block
    from lessons.content.differences import Op
    from lessons.content.models import Lesson
    from lessons.content.staleness import StaleBlock


class NotStale(NotFound):
    """The block is gone, or has been held against the present wording meanwhile."""

    code = "not_stale"


class OwnWords(Refused):
    """The old wording does not stand in the block, so there is nothing to put the new one for."""

    code = "own_words"
    status = 409


@dataclass(frozen=True)
class Proposed:
    """A stale block with what accepting would make of it.

    ``diff`` is the article's change; ``result`` the block's words before and after, both word by
    word. ``block`` is None when the block was written in own words, ``goes`` says that nothing
    would be left of it. ``now``: the block's words as they are. ``title``: what the lesson would be
    called, where a heading is its title and stands nowhere else; ``result`` tells of that then.
    """

    stale: StaleBlock
    diff: list[tuple[Op, str]]
    block: Block | None
    result: list[tuple[Op, str]]
    goes: bool = False
    now: str = ""
    title: str = ""


@dataclass(frozen=True)
class StaleLesson:
    """The stale blocks of one lesson."""

    lesson: Lesson
    blocks: tuple[Proposed, ...]

    @property
    def acceptable(self) -> bool:
        """Whether accepting all of it would do anything."""
        return any(one.block is not None for one in self.blocks)


def proposals(stale: Iterable[StaleBlock]) -> list[Proposed]:
    """Each stale block with what accepting it would give; nothing is asked of the database."""
    return [_proposed(one) for one in stale]


def proposal(*, lesson: Lesson, block: UUID, passage: str) -> Block | None:
    """The block as accepting would leave it, without words when it would go; None when the old
    wording does not stand in it. Raises ``NotStale``."""
    return _proposed(_stale(lesson, block, passage)).block


def accept(
    *, lesson: UUID, block: UUID, passage: str, version: int, by: User | None, now: datetime
) -> Lesson:
    """Put the article's new wording into a block; a passage that is gone takes its words along.

    Raises ``LessonNotFound``, ``ChangedMeanwhile``, ``NotStale`` and ``OwnWords``.
    """

    def with_new_words(row: Lesson) -> editing.Reworked:
        step = _Step(row)
        if not step.accept(_stale(row, block, passage)):
            raise OwnWords(_("The old words do not stand in this block. Adapt it by hand."))
        return step.done()

    return editing.rework(lesson=lesson, version=version, how=with_new_words, by=by, now=now)


def leave(
    *, lesson: UUID, block: UUID, passage: str, version: int, by: User | None, now: datetime
) -> Lesson:
    """Keep a block as it is, though the article changed; a passage that is gone is named no more.

    Raises ``LessonNotFound``, ``ChangedMeanwhile`` and ``NotStale``.
    """

    def as_it_is(row: Lesson) -> editing.Reworked:
        step = _Step(row)
        step.leave(_stale(row, block, passage))
        return step.done()

    return editing.rework(lesson=lesson, version=version, how=as_it_is, by=by, now=now)


def accept_all(*, lesson: UUID, version: int, by: User | None, now: datetime) -> tuple[Lesson, int]:
    """Accept all that can be accepted in a lesson, in one save; how many blocks stay stale.

    Raises ``LessonNotFound`` and ``ChangedMeanwhile``.
    """
    left: list[StaleBlock] = []

    def with_new_words(row: Lesson) -> editing.Reworked:
        step = _Step(row)
        left.extend(one for one in staleness.of_lesson(row) if not step.accept(one))
        return step.done()

    row = editing.rework(lesson=lesson, version=version, how=with_new_words, by=by, now=now)
    return row, len({one.block for one in left})


def leave_all(*, lesson: UUID, version: int, by: User | None, now: datetime) -> Lesson:
    """Keep all blocks of a lesson as they are, in one save.

    Raises ``LessonNotFound`` and ``ChangedMeanwhile``.
    """

    def as_it_is(row: Lesson) -> editing.Reworked:
        step = _Step(row)
        for one in staleness.of_lesson(row):
            step.leave(one)
        return step.done()

    return editing.rework(lesson=lesson, version=version, how=as_it_is, by=by, now=now)


class _Step:
    """A lesson's blocks while they are held against the article, one passage after the other."""

    def __init__(self, row: Lesson) -> None:
        self.state = editing.state_of(row)
        self.blocks: list[Block] = list(self.state.blocks)
        self.current = revisions.digests_of(row.course.articles.all())
        self.held: dict[UUID, dict[str, str]] = {}

    def accept(self, stale: StaleBlock) -> bool:
        """Whether the old words were there to be replaced; a block that is left empty goes."""
        at = self._at(stale)
        if at is None:
            return True  # It went with another passage.
        changed = _changed(self.blocks[at], stale)
        if changed is None:
            title = _titled(self.state.title, stale)
            self.state = replace(self.state, title=title or self.state.title)
            if title:
                self._hold(stale)
            return bool(title)
        if stale.after is None and rewording.is_empty(changed):
            del self.blocks[at]
        else:
            self.blocks[at] = changed
            self._hold(stale)
        return True

    def leave(self, stale: StaleBlock) -> None:
        at = self._at(stale)
        if at is not None:
            if stale.after is None:
                self.blocks[at] = _without(self.blocks[at], stale.passage)
            self._hold(stale)

    def _at(self, stale: StaleBlock) -> int | None:
        found = [at for at, one in enumerate(self.blocks) if one.id == stale.block]
        return found[0] if found else None

    def _hold(self, stale: StaleBlock) -> None:
        digest = self.current.get(stale.passage)
        if digest:
            self.held.setdefault(stale.block, {})[stale.passage] = digest

    def done(self) -> editing.Reworked:
        there = {one.id for one in self.blocks}
        held = {block: digests for block, digests in self.held.items() if block in there}
        return editing.Reworked(replace(self.state, blocks=tuple(self.blocks)), held)


def _block_of(lesson: Lesson, block: UUID) -> Block:
    for one in lesson.blocks:
        if one["id"] == str(block):
            return blocks.from_json(one)
    raise NotStale(_("This block is not there any more."))


def _stale(lesson: Lesson, block: UUID, passage: str) -> StaleBlock:
    for one in staleness.of_lesson(lesson):
        if (one.block, one.passage) == (block, passage):
            return one
    raise NotStale(_("This block was looked at in the meantime: it is up to date."))


def _changed(block: Block, stale: StaleBlock) -> Block | None:
    if not stale.before:
        return None
    if stale.after is None:
        changed = rewording.taken_out(block, stale.before)
        return changed and _without(changed, stale.passage)
    return rewording.replaced(block, stale.before, stale.after)


def _titled(title: str, stale: StaleBlock) -> str:
    """What a lesson is called whose title is the old heading, with the number of its part if it
    has one; "" where its title is another."""
    if not stale.before or not stale.after:
        return ""
    old, new = (writing.shorten(writing.clean(one), writing.TITLE_MAX)
                for one in (stale.before, stale.after))  # fmt: skip
    part = re.fullmatch(rf"(?:{re.escape(old)}|{re.escape(new)})( \(\d+\))?", title)
    return f"{new}{part[1] or ''}" if part and new else ""


def _without(block: Block, passage: str) -> Block:
    return replace(block, passages=tuple(key for key in block.passages if key != passage))


def _proposed(stale: StaleBlock) -> Proposed:
    block = _block_of(stale.lesson, stale.block)
    changed = _changed(block, stale)
    goes = changed is not None and stale.after is None and rewording.is_empty(changed)
    before, after = _said(block), "" if goes or changed is None else _said(changed)
    title = _titled(stale.lesson.title, stale) if changed is None else ""
    if title:
        diff = differences.diff(stale.before, stale.after or "")
        named = differences.diff(stale.lesson.title, title)
        return Proposed(stale, diff, block, named, now=before, title=title)
    return Proposed(
        stale=stale,
        diff=differences.diff(stale.before, stale.after or ""),
        block=changed,
        result=differences.diff(before, after) if changed is not None else [],
        goes=goes,
        now=before,
    )


def _said(block: Block) -> str:
    return richtext.to_plain(blocks.text_of(block))


def by_lesson(proposed: Iterable[Proposed]) -> list[StaleLesson]:
    """The same, lesson by lesson, in their order."""
    found: dict[UUID, list[Proposed]] = {}
    for one in proposed:
        found.setdefault(one.stale.lesson.pk, []).append(one)
    return [StaleLesson(ones[0].stale.lesson, tuple(ones)) for ones in found.values()]
