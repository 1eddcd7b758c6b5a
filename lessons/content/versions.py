"""Earlier versions of a lesson and texts that were kept aside, beside what stands there now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from django.utils.translation import gettext as _

from lessons.content import blocks, differences, editing, richtext
from lessons.content.models import LessonSave, UnsavedText

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from courseapp.accounts.models import User
    from lessons.content.blocks import Block
    from lessons.content.differences import Op
    from lessons.content.editing import State
    from lessons.content.models import Lesson

PAGE = 40
Change = Literal["same", "changed", "added", "removed"]


@dataclass(frozen=True)
class Version:
    """How a lesson was; ``words`` are all of it. ``by`` may be nobody: as it was before that."""

    number: int
    at: datetime
    by: User | None
    words: int
    is_present: bool


@dataclass(frozen=True)
class Part:
    """A block (or the title, the lead) in two states: what changed, word by word.

    ``kind`` is a kind of block, ``title``, ``lead`` or ``settings``.
    """

    kind: str
    change: Change
    diff: Sequence[tuple[Op, str]]

    @property
    def before(self) -> Sequence[tuple[Op, str]]:
        return [piece for piece in self.diff if piece[0] != "insert"]

    @property
    def after(self) -> Sequence[tuple[Op, str]]:
        return [piece for piece in self.diff if piece[0] != "delete"]


def of_lesson(lesson: Lesson, *, page: int) -> tuple[list[Version], bool]:
    """A page of its versions of the last thirty days, the newest first; whether more follow."""
    start = (page - 1) * PAGE
    rows = list(lesson.saves.select_related("by").order_by("-version")[start : start + PAGE + 1])
    found = [
        Version(
            number=row.version,
            at=row.at,
            by=row.by,
            words=editing.state_from_json(row.state).words,
            is_present=row.version == lesson.version,
        )
        for row in rows[:PAGE]
    ]
    return found, len(rows) > PAGE


def state_at(lesson: Lesson, version: int) -> State:
    """The lesson at one of its kept versions; raises ``VersionNotFound``."""
    kept = lesson.saves.filter(version=version).first()
    if kept is None:
        raise editing.VersionNotFound(_("This version is not kept any more."))
    return editing.state_from_json(kept.state)


def last_save(lesson: Lesson) -> LessonSave | None:
    """Who saved what stands there now, and when; None: nobody in the last thirty days."""
    return lesson.saves.filter(version=lesson.version).select_related("by").first()


def aside(*, unsaved: UUID, by: User) -> UnsavedText:
    """A text this person wrote that was kept aside, with its lesson; raises ``UnsavedNotFound``."""
    found = (
        UnsavedText.objects.filter(pk=unsaved, by=by)
        .select_related("lesson", "lesson__course")
        .first()
    )
    if found is None:
        raise editing.UnsavedNotFound(_("This text is not there, or no longer."))
    return found


def compare(before: State, after: State) -> list[Part]:
    """Two states of a lesson, part by part in the order of ``after``; what went stays in place."""
    heads = [
        _part("title", before.title, after.title),
        _part("lead", before.lead, after.lead),
        _part("settings", _settings(before), _settings(after)),
    ]
    old = {block.id: block for block in before.blocks}
    new = {block.id: block for block in after.blocks}
    parts = [part for part in heads if part.change != "same" or part.kind == "title"]
    for identity in _merged(list(old), list(new)):
        one, other = old.get(identity), new.get(identity)
        kind = (other or one).type  # type: ignore[union-attr]
        parts.append(_part(kind, _words(one), _words(other), _as_text(one), _as_text(other)))
    return parts


def _merged(old: list[UUID], new: list[UUID]) -> list[UUID]:
    result = list(new)
    for at, identity in enumerate(old):
        if identity not in new:
            before = next((one for one in reversed(old[:at]) if one in result), None)
            result.insert(result.index(before) + 1 if before else 0, identity)
    return result


def _part(kind: str, *texts: str | None) -> Part:
    """``texts``: before and after as words, and then as stored, which tells when words do not."""
    before, after, *stored = texts
    if before is None or after is None:
        change: Change = "added" if before is None else "removed"
    else:
        change = "same" if before == after and stored[:1] == stored[1:] else "changed"
    if change == "changed" and before == after:
        before, after = stored
    return Part(kind, change, differences.diff(before or "", after or ""))


def _words(block: Block | None) -> str | None:
    """What a reader sees of it, without marks."""
    return richtext.to_plain(blocks.text_of(block)) if block else None


def _as_text(block: Block | None) -> str | None:
    return blocks.text_of(block) if block else None


def _settings(state: State) -> str:
    return ", ".join(
        [
            _("%(n)s minutes") % {"n": state.minutes},
            _("counts for finishing") if state.required else _("optional"),
            _("open to everybody") if state.open_to_all else _("for who follows the course"),
        ]
    )
