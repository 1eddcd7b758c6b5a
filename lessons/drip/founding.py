"""A sequence as a whole: begun, named, said what it is about, and a key for each new step."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, get_args

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from courseapp.accounts import audit
from courseapp.errors import Refused
from lessons.content.layout import course_of
from lessons.content.models import Course
from lessons.drip.drafting import sequence_of
from lessons.drip.models import Place, Sequence, SequenceVersion
from lessons.drip.plan import Goal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from courseapp.accounts.models import User
    from lessons.drip.steps import Step

TITLE_MAX = 120
SLUG_MAX = 60
KEY_MAX = 40


class InvalidSequence(Refused):
    """What is said of a sequence cannot be; ``field`` is title, sells or goal."""

    code = "invalid_sequence"

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field


def begin(
    *, course: UUID, title: str, sells: UUID | None, goal: str, by: User | None, now: datetime
) -> Sequence:
    """A sequence without mails; nobody gets any before it is published.

    Raises ``CourseNotFound`` and ``InvalidSequence``.
    """
    with transaction.atomic():
        row = course_of(course)
        said = _said(title, sells, goal)
        made = Sequence.objects.create(
            course=row, slug=_slug(said["title"]), changed_at=now, changed_by=by, **said
        )
        audit.record(by=by, act="sequence.begun", on=made, name=made.title, within=row.pk, now=now)
    return made


def change(
    *, sequence: UUID, title: str, sells: UUID | None, goal: str, by: User | None, now: datetime
) -> Sequence:
    """Another title, training or goal. These hold at once, also for who is in it already: every
    place is looked at again. Raises ``SequenceNotFound`` and ``InvalidSequence``."""
    with transaction.atomic():
        row = Sequence.objects.select_for_update(no_key=True).filter(pk=sequence).first()
        if row is None:
            return sequence_of(sequence)  # It raises.
        before = {"title": row.title, "sells": _name(row.sells_id), "goal": row.goal}
        said = _said(title, sells, goal)
        for name, value in said.items():
            setattr(row, name, value)
        after = {"title": row.title, "sells": _name(row.sells_id), "goal": row.goal}
        if before == after:
            return row
        row.changed_at, row.changed_by = now, by
        row.save(update_fields=[*said, "changed_at", "changed_by"])
        Place.objects.filter(sequence=row, ended_at=None).update(next_at=now)
        audit.record(
            by=by, act="sequence.changed", on=row, name=row.title, within=row.course_id, now=now,
            before=before, after=after,
        )  # fmt: skip
    return row


def key_for(sequence: Sequence, words: str, draft: Iterable[Step]) -> str:
    """A key that no step of this sequence has or ever had: a mail goes once under its key."""
    used = {step.key for step in draft}
    for stored in SequenceVersion.objects.filter(sequence=sequence).values_list("steps", flat=True):
        used |= {str(one.get("key")) for one in stored}
    start = re.sub(r"^[^a-z]+", "", slugify(words))[: KEY_MAX - 4].strip("-") or "mail"
    return _free(start, used)


def _free(start: str, used: Iterable[str]) -> str:
    taken = set(used)
    number, found = 1, start
    while found in taken:
        number += 1
        found = f"{start}-{number}"
    return found


def _said(title: str, sells: UUID | None, goal: str) -> dict[str, Any]:
    title = " ".join(title.split())
    if not title or len(title) > TITLE_MAX or not title.isprintable():
        raise InvalidSequence(
            _("A title is a line of at most %(most)s characters.") % {"most": TITLE_MAX},
            field="title",
        )
    if goal not in get_args(Goal):
        raise InvalidSequence(_("Choose what ends these mails."), field="goal")
    training = Course.objects.filter(pk=sells).first() if sells else None
    if sells and training is None:
        raise InvalidSequence(_("This training does not exist."), field="sells")
    if goal == "bought" and training is None:
        raise InvalidSequence(_("Say which training ends it when bought."), field="sells")
    return {"title": title, "sells": training, "goal": goal}


def _slug(title: str) -> str:
    start = slugify(title)[: SLUG_MAX - 4].strip("-") or "mails"
    return _free(start, Sequence.objects.values_list("slug", flat=True))


def _name(course: UUID | None) -> str | None:
    return str(course) if course else None
