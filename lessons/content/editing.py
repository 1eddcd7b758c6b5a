"""Changing a lesson of the working copy: nothing is written over, and nothing is lost for 30 days.

A save names the version it was written on. When the lesson has moved on since, or much of its text
would be gone, the text is kept beside the lesson (``UnsavedText``) and the person decides:
``insist`` puts it over what stands there, ``drop`` lets it go. Every version that was replaced can
be had back.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from django.db import transaction
from django.utils.translation import gettext as _

from courseapp.accounts import audit
from courseapp.errors import NotFound, Refused
from lessons.content import blocks, readability, revisions
from lessons.content.models import Lesson, LessonSave, UnsavedText

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from courseapp.accounts.models import User
    from lessons.content.blocks import Block

Flag = Literal["required", "open_to_all"]
KEPT = timedelta(days=30)
TITLE_MAX = 200
LEAD_MAX = 300
MINUTES_MAX = 600
# A save that loses this share of so many words or more was hardly meant.
GUARDED_WORDS = 100
GUARDED_SHARE = 0.5


class LessonNotFound(NotFound):
    code = "lesson_not_found"


class VersionNotFound(NotFound):
    code = "version_not_found"


class UnsavedNotFound(NotFound):
    """There is no such text, or it is another person's: the two are not told apart."""

    code = "unsaved_not_found"


class InvalidLesson(Refused):
    code = "invalid_lesson"


class NotSaved(Refused):
    """The text was not saved over the lesson; ``unsaved`` is where it is kept."""

    code = "not_saved"
    status = 409

    def __init__(self, sentence: str, unsaved: UUID | None, lesson: Lesson) -> None:
        super().__init__(sentence)
        self.unsaved = unsaved
        self.lesson = lesson


class ChangedMeanwhile(NotSaved):
    code = "changed_meanwhile"
    status = 412


class MuchShorter(NotSaved):
    code = "much_shorter"


@dataclass(frozen=True)
class State:
    """All of a lesson that is edited as one text. ``blocks`` may be unfinished."""

    title: str
    lead: str
    minutes: int
    required: bool
    open_to_all: bool
    blocks: tuple[Block, ...]

    @property
    def words(self) -> int:
        texts = [self.title, self.lead, *map(blocks.text_of, self.blocks)]
        return sum(len(readability.words_of(text)) for text in texts)


@dataclass(frozen=True)
class Reworked:
    """A new state, and the wordings (``{block: {passage key: digest}}``) that blocks were held
    against on the way, where it is not the one they were held against before."""

    state: State
    held: Mapping[UUID, Mapping[str, str]] = field(default_factory=dict)


def state_of(lesson: Lesson) -> State:
    """The lesson as it stands."""
    return State(
        title=lesson.title,
        lead=lesson.lead,
        minutes=lesson.minutes,
        required=lesson.required,
        open_to_all=lesson.open_to_all,
        blocks=blocks.many_from_json(lesson.blocks),
    )


def state_from_json(data: Mapping[str, Any]) -> State:
    """A kept or received state. Raises ``InvalidLesson`` and ``InvalidBlock``."""
    minutes = data.get("minutes", 5)
    if type(minutes) is not int or not 0 <= minutes <= MINUTES_MAX:
        raise InvalidLesson(_("Minutes are a whole number from 0 to 600."))
    title = _line(data.get("title"), "title", TITLE_MAX)
    if not title:
        raise InvalidLesson(_("A lesson needs a title."))
    return State(
        title=title,
        lead=_line(data.get("lead"), "lead", LEAD_MAX),
        minutes=minutes,
        required=bool(data.get("required", True)),
        open_to_all=bool(data.get("open_to_all", False)),
        blocks=blocks.many_from_json(data.get("blocks", [])),
    )


def as_json(state: State) -> dict[str, Any]:
    """The stored form of a state; ``state_from_json`` reads it back."""
    return {
        "title": state.title,
        "lead": state.lead,
        "minutes": state.minutes,
        "required": state.required,
        "open_to_all": state.open_to_all,
        "blocks": blocks.many_as_json(state.blocks),
    }


def save(
    *,
    lesson: UUID,
    version: int,
    state: State,
    by: User | None,
    now: datetime,
    removed: Collection[UUID] = (),
    automatic: bool = False,
) -> Lesson:
    """Make this the lesson's text; the lesson with its new version. The same text changes nothing.

    ``removed`` are the blocks the person took out on purpose, whose words nobody misses.
    ``automatic``: written while somebody types; of such saves one a minute is kept.
    Raises ``LessonNotFound``, ``ChangedMeanwhile`` and ``MuchShorter``; after the last two the text
    is kept for ``by``.
    """
    with transaction.atomic():
        row = _locked(lesson)
        before = state_of(row)
        if state == before:
            return row
        refusal = _refusal(row, version, before, state, removed)
        if refusal is None:
            return _write(row, state, by=by, now=now, automatic=automatic)
        unsaved = _set_aside(row, version, state, refusal, by, now)
    raise _REFUSALS[refusal](_said(refusal), unsaved, row)


def switch(*, lesson: UUID, flag: Flag, by: User | None, now: datetime) -> Lesson:
    """Turn one of the lesson's flags over, whatever else is being written in it."""
    with transaction.atomic():
        row = _locked(lesson)
        before = state_of(row)
        if flag == "required":
            state = replace(before, required=not before.required)
        else:
            state = replace(before, open_to_all=not before.open_to_all)
        return _write(row, state, by=by, now=now, automatic=False)


def rework(
    *,
    lesson: UUID,
    how: Callable[[Lesson], Reworked],
    by: User | None,
    now: datetime,
    version: int | None = None,
) -> Lesson:
    """Change a lesson by a rule instead of by hand; the same text and wordings change nothing.

    ``how`` gets the lesson as it stands, locked. ``version``: the one the person has seen; None
    for a rule that fits any. Raises ``LessonNotFound`` and ``ChangedMeanwhile``, which has nothing
    to keep aside.
    """
    with transaction.atomic():
        row = _locked(lesson)
        if version not in {None, row.version}:
            raise ChangedMeanwhile(_said(UnsavedText.Reason.CHANGED), None, row)
        reworked = how(row)
        fresh = [
            (str(block), digests)
            for block, digests in reworked.held.items()
            if not digests.items() <= row.seen.get(str(block), {}).items()
        ]
        if reworked.state == state_of(row) and not fresh:
            return row
        seen = _seen(row, reworked.state)
        for block, digests in fresh:
            seen[block] = {**seen.get(block, {}), **digests}
        return _write(row, reworked.state, by=by, now=now, automatic=False, seen=seen)


def insist(*, unsaved: UUID, version: int, by: User, now: datetime) -> Lesson:
    """Save a text that was kept aside, over the version its writer has seen now.

    Raises ``UnsavedNotFound``, and ``ChangedMeanwhile`` when it was changed once more.
    """
    with transaction.atomic():
        aside = _aside(unsaved, by)
        row = _locked(aside.lesson_id)
        if row.version == version:
            state = state_from_json(aside.state)
            aside.delete()
            return _write(row, state, by=by, now=now, automatic=False)
    raise ChangedMeanwhile(_said(UnsavedText.Reason.CHANGED), unsaved, row)


def drop(*, unsaved: UUID, by: User) -> UUID:
    """Let a text that was kept aside go; the identity of its lesson. Raises ``UnsavedNotFound``."""
    aside = _aside(unsaved, by)
    aside.delete()
    return aside.lesson_id


def go_back(*, lesson: UUID, to: int, version: int, by: User | None, now: datetime) -> Lesson:
    """Make an earlier version the text again, as a new version.

    Raises ``LessonNotFound``, ``VersionNotFound``, and ``ChangedMeanwhile`` when ``version``, the
    one the person has seen, is no longer the present one.
    """
    with transaction.atomic():
        row = _locked(lesson)
        kept = row.saves.filter(version=to).first()
        if kept is None:
            raise VersionNotFound(_("This version is not kept any more."))
        if row.version != version:
            raise ChangedMeanwhile(_said(UnsavedText.Reason.CHANGED), None, row)
        state = state_from_json(kept.state)
        return _write(row, state, by=by, now=now, automatic=False, seen=kept.state.get("seen"))


def unsaved_of(*, lesson: UUID, by: User) -> Sequence[UnsavedText]:
    """What this person wrote in this lesson and did not get saved, the last first."""
    return list(UnsavedText.objects.filter(lesson=lesson, by=by).order_by("-at"))


def forget_old(*, now: datetime) -> int:
    """Let go of versions and unsaved texts older than 30 days; how many they were."""
    old = now - KEPT
    return int(
        LessonSave.objects.filter(at__lt=old).delete()[0]
        + UnsavedText.objects.filter(at__lt=old).delete()[0]
    )


_REFUSALS: dict[str, type[NotSaved]] = {
    UnsavedText.Reason.CHANGED: ChangedMeanwhile,
    UnsavedText.Reason.SHORTER: MuchShorter,
}


def _said(reason: str) -> str:
    if reason == UnsavedText.Reason.CHANGED:
        return _("This lesson was changed in the meantime. Nothing was written over.")
    return _("Much of the text would be gone. Nothing was written over.")


def _line(value: object, name: str, limit: int) -> str:
    return " ".join(blocks.tidy(value, name=name, limit=limit).split())


def _locked(lesson: UUID) -> Lesson:
    row = (
        Lesson.objects.select_for_update(of=("self",), no_key=True)
        .select_related("course")
        .filter(pk=lesson)
        .first()
    )
    if row is None:
        raise LessonNotFound(_("This lesson does not exist."))
    return row


def _refusal(
    row: Lesson, version: int, before: State, after: State, removed: Collection[UUID]
) -> str | None:
    if row.version != version:
        return UnsavedText.Reason.CHANGED
    gone = sum(
        len(readability.words_of(blocks.text_of(one))) for one in before.blocks if one.id in removed
    )
    expected = before.words - gone
    if expected >= GUARDED_WORDS and after.words < GUARDED_SHARE * expected:
        return UnsavedText.Reason.SHORTER
    return None


def _write(
    row: Lesson,
    state: State,
    *,
    by: User | None,
    now: datetime,
    automatic: bool,
    seen: Mapping[str, Any] | None = None,
) -> Lesson:
    _keep(row, by=None, now=now, automatic=False)  # As it was, unless that is kept already.
    old = row.version
    row.title, row.lead, row.minutes = state.title, state.lead, state.minutes
    row.required, row.open_to_all = state.required, state.open_to_all
    row.seen = dict(seen) if seen is not None else _seen(row, state)
    row.blocks = blocks.many_as_json(state.blocks)
    row.version = old + 1
    row.save()
    _keep(row, by=by, now=now, automatic=automatic)
    thinned = automatic and _thin(row, old, by, now)
    if not thinned:
        audit.record(
            by=by, act="lesson.saved", on=row, now=now, within=row.course_id, name=row.title,
            before={"version": old}, after={"version": row.version},
        )  # fmt: skip
    return row


def _seen(row: Lesson, state: State) -> dict[str, dict[str, str]]:
    """The wording each block was held against; a passage that is linked now, its present one."""
    fresh = {key for block in state.blocks for key in block.passages}
    known = {str(block.id): row.seen.get(str(block.id), {}) for block in state.blocks}
    current = (
        revisions.digests_of(row.course.articles.all())
        if any(fresh - set(seen) for seen in known.values())
        else {}
    )
    result: dict[str, dict[str, str]] = {}
    for block in state.blocks:
        own = known[str(block.id)]
        digests = {key: own.get(key) or current.get(key, "") for key in block.passages}
        if digests:
            result[str(block.id)] = {key: digest for key, digest in digests.items() if digest}
    return result


def _keep(row: Lesson, *, by: User | None, now: datetime, automatic: bool) -> None:
    state = {**as_json(state_of(row)), "seen": row.seen}
    LessonSave.objects.get_or_create(
        lesson=row,
        version=row.version,
        defaults={"state": state, "at": now, "by": by, "automatic": automatic},
    )


def _thin(row: Lesson, old: int, by: User | None, now: datetime) -> bool:
    """Let go of the automatic save before this one, if it is of the same minute and person."""
    minute = now.replace(second=0, microsecond=0)
    same = row.saves.filter(version=old, automatic=True, by=by, at__gte=minute)
    return bool(same.delete()[0])


def _set_aside(
    row: Lesson, version: int, state: State, reason: str, by: User | None, now: datetime
) -> UUID | None:
    if by is None:
        return None
    return UnsavedText.objects.create(
        lesson=row, by=by, reason=reason, based_on=version, state=as_json(state), at=now
    ).pk


def _aside(unsaved: UUID, by: User) -> UnsavedText:
    found = UnsavedText.objects.filter(pk=unsaved, by=by).first()
    if found is None:
        raise UnsavedNotFound(_("This text is not there, or no longer."))
    return found
