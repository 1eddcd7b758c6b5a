"""Publishing a sequence: its working copy becomes a version, and every place is looked at again.

A version never changes; what was sent stays sent, for a mail goes once under its key. What a step
refers to is asked here, against what readers see now: its shape was asked when it was written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from courseapp.accounts import audit
from courseapp.errors import NotFound, Refused
from lessons.content import blocks, editions
from lessons.drip import catching_up, steps
from lessons.drip.models import Place, Sequence, SequenceVersion
from lessons.drip.steps import PLACEHOLDER, InvalidStep, Step

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    from courseapp.accounts.models import User

NOTE_MAX = 300
NUMBER_MAX = 10**9
# A list of days, and words that are not there for every reader: in the text only.
IN_BODY_ONLY = {"plan", "next"}


class CannotPublish(Refused):
    """A step asks for what is not there; ``where`` is its key (empty: all), ``field`` what does."""

    code = "cannot_publish"
    status = 409

    def __init__(self, message: str, *, where: str = "", field: str = "") -> None:
        super().__init__(f"“{where}”: {message}" if where else message)
        self.where = where
        self.field = field


class NothingToPublish(Refused):
    code = "nothing_to_publish"
    status = 409


class VersionNotFound(NotFound):
    code = "sequence_version_not_found"


class DraftChanged(Refused):
    """The working copy is not the one that was looked at."""

    code = "draft_changed"
    status = 412


class InvalidNote(Refused):
    code = "invalid_note"


def publish(
    *,
    sequence: Sequence,
    by: User | None,
    now: datetime,
    note: str = "",
    draft_no: int | None = None,
) -> SequenceVersion:
    """Make the working copy what readers get from now on.

    The first time everybody who follows the course already gets a place; what would have been due
    before now was promised to nobody and is not sent. ``draft_no``: the working copy that was
    looked at (None: whichever stands there). Raises ``CannotPublish``, ``NothingToPublish``,
    ``InvalidNote`` and ``DraftChanged``; then nothing has changed.
    """
    note = _note(note)
    with transaction.atomic():
        # The row alone: what a join brings along was read before the wait for the lock.
        row = Sequence.objects.select_for_update().get(pk=sequence.pk)
        if draft_no not in {None, row.draft_no}:
            raise DraftChanged(_("Something was changed in the meantime. Look once more."))
        version = _version(row, by, now, note)
        before = row.live
        row.live = version
        row.save(update_fields=["live"])
        if before is None:
            catching_up.fill(sequence=row, now=now)
        else:
            Place.objects.filter(sequence=row, ended_at=None).update(next_at=now)
        audit.record(
            by=by, act="sequence.published", on=row, name=row.title, within=row.course_id, now=now,
            before={"version": before.number} if before else None,
            after={"version": version.number},
        )  # fmt: skip
    return version


def version_numbered(*, sequence: Sequence, number: int) -> SequenceVersion:
    """One version of a sequence; raises ``VersionNotFound``."""
    # No number comes to ten digits, and no database column holds more.
    known = sequence.versions.select_related("published_by").filter(number=min(number, NUMBER_MAX))
    found = known.first()
    if found is None:
        raise VersionNotFound(_("There is no such version."))
    return found


def _note(text: str) -> str:
    """Why, for colleagues: one line."""
    if len(text) > NOTE_MAX or blocks.CONTROL.search(text):
        raise InvalidNote(_("A note is a line of at most 300 characters."))
    return " ".join(text.split())


def _version(row: Sequence, by: User | None, now: datetime, note: str) -> SequenceVersion:
    draft = checked(row)
    live = steps.many_from_json(row.live.steps) if row.live else ()
    fresh = [step.as_json() for step in steps.published(draft, live, now)]
    if row.live and fresh == row.live.steps:
        raise NothingToPublish(_("There is nothing new to publish."))
    last = row.versions.aggregate(last=Max("number"))["last"] or 0
    return SequenceVersion.objects.create(
        sequence=row, number=last + 1, steps=fresh, published_at=now, published_by=by, note=note
    )


def checked(sequence: Sequence) -> tuple[Step, ...]:
    """The steps of the working copy, if all of them could be sent; else ``CannotPublish``."""
    try:
        draft = steps.many_from_json(sequence.draft)
    except InvalidStep as refusal:
        raise CannotPublish(str(refusal), where=refusal.where, field=refusal.field) from refusal
    if not draft:
        raise CannotPublish(_("There is no mail in it yet."), field="steps")
    live = sequence.course.live_edition_id
    if live is None:
        raise CannotPublish(_("Publish the course first."), field="course")
    if sequence.goal == "bought" and sequence.sells_id is None:
        raise CannotPublish(_("Say which training ends it when bought."), field="goal")
    lessons = frozenset(editions.load(live).by_uuid)
    sold = _sold(sequence)
    for step in draft:
        for field, message in _amiss(step, lessons, is_sold=sold):
            raise CannotPublish(message, where=step.key, field=field)
    return draft


def _sold(sequence: Sequence) -> bool:
    """Whether readers can look at the training that the offers are about."""
    sells = sequence.sells
    return sells is not None and sells.live_edition_id is not None


def _amiss(step: Step, lessons: frozenset[UUID], *, is_sold: bool) -> Iterator[tuple[str, str]]:
    """What a step asks for that is not there: the field, and a sentence."""
    if step.lesson is not None and step.lesson not in lessons:
        yield "lesson", _("Readers do not see this lesson.")
    if any(one.lesson is not None and one.lesson not in lessons for one in step.conditions):
        yield "conditions", _("Readers do not see this lesson.")
    kinds = {one.kind for one in step.conditions}
    if step.link == "training" and not is_sold:
        yield "link", _("Say which published training this is about.")
    if "not_bought" in kinds and not is_sold:
        yield "conditions", _("Say which published training this is about.")
    if step.kind == "offer" and "not_bought" not in kinds:
        yield "conditions", _("An offer is for who does not have the training yet: say so.")
    for field in ("subject", "preview", "label"):
        if IN_BODY_ONLY & {*PLACEHOLDER.findall(getattr(step, field))}:
            yield field, _("A date can stand in the text only.")
