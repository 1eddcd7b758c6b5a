"""What a reader writes and ticks in a lesson: kept sealed, for that reader alone.

A save needs a lesson that is open to the reader now, and the consent to keep (``keeping``). Reading
back needs neither: what was written stays its owner's, whatever becomes of lesson and access.

Who saves names the ``tag`` of the state it began from ("" is nothing yet), so that of two windows
the second is shown what the first kept, and nothing is written over unseen.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from courseapp.errors import NotFound, Refused
from courseapp.vault import texts
from courseapp.vault.keys import Unreadable
from lessons.content.blocks import SelfCheck
from lessons.reading import access, keeping, replies, sealed_answers, standing
from lessons.reading.models import Answer

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime
    from uuid import UUID

    from courseapp.accounts.models import User
    from courseapp.vault.texts import Opened
    from lessons.content.blocks import Block
    from lessons.content.editions import PublishedLesson
    from lessons.reading.replies import Content


class NotKept(Refused):
    """The reader does not want answers kept, or was not asked yet."""

    code = "answers_not_kept"
    status = 403

    def __init__(self) -> None:
        super().__init__(
            _("Nothing is kept of what you write, as you chose. You can change that in your notes.")
        )


class NoPlaceToWrite(NotFound):
    """The lesson has no such block, or it is none to write at."""

    code = "no_place_to_write"


class AnswerNotFound(NotFound):
    code = "answer_not_found"


class Changed(Refused):
    """Another window kept something else since; ``kept`` is that, None if it was deleted there.

    ``tag`` and ``occurrence`` are what a save that knows of it has to name.
    """

    code = "answer_changed"
    status = 409

    def __init__(self, kept: Reply | None, *, occurrence: int = 1) -> None:
        if kept is None:
            said = _("This answer was deleted in another window. What you see here is not kept.")
        else:
            said = _("In another window you kept something else here. Nothing was written over.")
        super().__init__(said)
        self.kept = kept
        self.tag = kept.tag if kept else ""
        self.occurrence = kept.occurrence if kept else occurrence


@dataclass(frozen=True)
class Reply:
    """An answer as its owner sees it; ``content`` is None where it does not open."""

    id: UUID
    lesson: UUID
    lesson_title: str
    block: UUID
    kind: str
    occurrence: int
    tag: str
    began_at: datetime
    saved_at: datetime
    content: Content | None


@dataclass(frozen=True)
class _Place:
    """A block that this reader may answer now, and the newest answer there."""

    enrolment: int
    lesson: PublishedLesson
    block: Block
    row: Answer | None


def write(
    *, reader: User, lesson: UUID, block: UUID, text: str, tag: str, now: datetime
) -> Reply | None:
    """Keep a text below a reflection or an exercise; blank deletes what is there (None).

    Sent twice it is kept once. Raises ``TooLong``, ``Unshowable``, ``NotKept``, ``NoPlaceToWrite``,
    ``Changed``, what ``access.require`` and what ``texts.write`` raise; nothing is kept then.
    """
    said = replies.tidy(text)
    with transaction.atomic():
        place = _open_place(reader, lesson, block, now)
        if not replies.takes_text(place.block):
            raise NoPlaceToWrite(_("There is no place to write here."))
        content = replies.written(place.block, said)
        row = place.row
        if row is None and not said.strip():
            return None
        if (row.tag if row else "") != tag:
            return _unless_same(reader, row, content)
        if not said.strip():
            if row:
                row.delete()
            return None
        return _kept(reader, place, row, content, now)


def tick(
    *,
    reader: User,
    lesson: UUID,
    block: UUID,
    recognised: Collection[int],
    occurrence: int,
    tag: str,
    now: datetime,
) -> Reply:
    """Keep what is recognised in a self-check; one ``occurrence`` further than kept takes it again.

    Raises what ``write`` raises.
    """
    with transaction.atomic():
        place = _open_place(reader, lesson, block, now)
        if not isinstance(place.block, SelfCheck):
            raise NoPlaceToWrite(_("There is no place to write here."))
        content = replies.ticked(place.block, recognised)
        row = place.row
        last = row.occurrence if row else 0
        if row is None or occurrence > last:
            if occurrence != last + 1 or tag:
                raise Changed(None, occurrence=last + 1)
            return _kept(reader, place, None, content, now, occurrence=occurrence)
        if occurrence != last or row.tag != tag:
            return _unless_same(reader, row, content)
        return _kept(reader, place, row, content, now)


def delete(*, reader: User, answer: UUID) -> None:
    """Delete one answer, for good; raises ``AnswerNotFound`` for another's as for none."""
    with transaction.atomic():
        keeping.hold(reader)
        number, _by_model = Answer.objects.filter(pk=answer, enrolment__reader=reader).delete()
    if not number:
        raise AnswerNotFound(_("This answer does not exist."))


def delete_all(*, reader: User) -> int:
    """Delete everything this reader wrote; how many answers that were. The consent stays."""
    with transaction.atomic():
        keeping.hold(reader)
        number, _by_model = Answer.objects.filter(enrolment__reader=reader).delete()
    return number


def at(*, reader: User, enrolment: int, blocks: Iterable[Block]) -> dict[UUID, list[Reply]]:
    """A reader's answers at these blocks, by block, the earliest first; two statements at most.

    Raises ``keys.KeysUnavailable``.
    """
    places = [block.id for block in blocks if replies.takes_answers(block)]
    if not places:
        return {}
    rows = Answer.objects.filter(enrolment=enrolment, block__in=places)
    found: dict[UUID, list[Reply]] = {}
    for reply in opened(reader, rows.order_by("occurrence")):
        found.setdefault(reply.block, []).append(reply)
    return found


def given_at(*, reader: User, lesson: UUID, block: UUID) -> list[Reply]:
    """A reader's answers at one block, whatever has become of it; raises like ``at``."""
    rows = Answer.objects.filter(enrolment__reader=reader, lesson=lesson, block=block)
    return opened(reader, rows.order_by("occurrence"))


def opened(reader: User, rows: Iterable[Answer]) -> list[Reply]:
    """These rows as their owner reads them. Raises ``keys.KeysUnavailable``."""
    answers = list(rows)
    if not answers:
        return []
    keys = texts.open_for(viewer=reader.uuid, owner=reader.uuid)
    return [_reply(row, _content(keys, row)) for row in answers]


def _open_place(reader: User, lesson: UUID, block: UUID, now: datetime) -> _Place:
    """Where this reader may save now; others of this reader wait from here on."""
    keeping.hold(reader)
    here = standing.of_lesson(reader, lesson=lesson)
    access.require(here, lesson, now)
    if here.enrolment is None:
        raise access.NotEnrolled(here.slug)
    if not here.keeps_answers:
        raise NotKept
    published = here.published.by_uuid[lesson]
    found = next((one for one in published.blocks if one.id == block), None)
    if found is None:
        raise NoPlaceToWrite(_("There is no place to write here."))
    rows = Answer.objects.filter(enrolment=here.enrolment, block=block)
    return _Place(here.enrolment, published, found, rows.order_by("-occurrence").first())


def _unless_same(reader: User, row: Answer | None, content: Content) -> Reply:
    """What is there, if it says the same: a save whose answer got lost. Else ``Changed``."""
    if row is None:
        raise Changed(None)
    (kept,) = opened(reader, [row])
    if kept.content is None:
        raise Unreadable("not compared")
    if replies.says_the_same(kept.content, content):
        return kept
    raise Changed(kept)


def _kept(
    reader: User,
    place: _Place,
    row: Answer | None,
    content: Content,
    now: datetime,
    *,
    occurrence: int = 1,
) -> Reply:
    is_new = row is None
    row = row or Answer(
        id=uuid.uuid4(),
        enrolment_id=place.enrolment,
        block=place.block.id,
        kind=place.block.type,
        occurrence=occurrence,
        version=0,
        began_at=now,
    )
    row.lesson_id, row.lesson_title = place.lesson.uuid, place.lesson.title
    row.version, row.saved_at = row.version + 1, now
    row.sealed = texts.write(
        owner=reader.uuid,
        place=sealed_answers.place_of(row.pk),
        text=replies.as_text(content),
        now=now,
    )
    row.save(force_insert=is_new)
    return _reply(row, content)


def _content(keys: Opened, row: Answer) -> Content | None:
    try:
        said = keys.read(place=sealed_answers.place_of(row.pk), sealed=row.sealed)
        return replies.from_text(said)
    except Unreadable:  # Logged by the vault.
        return None


def _reply(row: Answer, content: Content | None) -> Reply:
    return Reply(
        id=row.pk,
        lesson=row.lesson_id,
        lesson_title=row.lesson_title,
        block=row.block,
        kind=row.kind,
        occurrence=row.occurrence,
        tag=row.tag,
        began_at=row.began_at,
        saved_at=row.saved_at,
        content=content,
    )
