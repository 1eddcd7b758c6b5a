"""A course and the mails beside it, out of a folder and into the database, both or neither.

Readers see neither before a publication; only what is said of a sequence as a whole (its title, its
training, what ends it) holds at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from lessons.content import rehearsal
from lessons.content import transfer as courses
from lessons.content.folder.reading import read_folder
from lessons.drip import comparing, drafting, folder, transfer
from lessons.drip.models import Sequence

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from courseapp.accounts.models import User
    from lessons.content.folder import CourseFile
    from lessons.content.rehearsal import TakingIn
    from lessons.content.transfer import Taken
    from lessons.drip.comparing import Changes
    from lessons.drip.folder import SequenceFile


@dataclass(frozen=True)
class Folder:
    """A folder of a course as it is read; ``mails`` None: none lie there, and none are touched."""

    course: CourseFile
    mails: SequenceFile | None


@dataclass(frozen=True)
class MailsTaken:
    """What taking in does to a sequence; ``said`` are the names of what holds at once."""

    created: bool
    made: Changes
    said: tuple[str, ...]


@dataclass(frozen=True)
class Rehearsed:
    """What taking in the whole folder would do."""

    course: TakingIn
    mails: MailsTaken | None


def read(path: Path) -> Folder:
    """What lies in this folder; raises ``InvalidFolder`` with file and field."""
    course = read_folder(path)
    lessons = {one.slug: one.uuid for module in course.modules for one in module.lessons}
    mails = folder.read(path, lessons) if folder.is_in(path) else None
    return Folder(course=course, mails=mails)


def take_in(found: Folder, *, by: User | None, now: datetime) -> tuple[Taken, MailsTaken | None]:
    """Make both working copies what the folder says.

    Raises what ``content.transfer.take_in`` and ``drip.transfer`` raise; then nothing has changed.
    """
    if found.mails is not None:
        # Before files of the course are put in their place, which no rollback takes back.
        transfer.refuse(found.mails, course=found.course.uuid, slug=found.course.slug)
    with transaction.atomic():
        taken = courses.take_in(found.course, by=by, now=now)
        if found.mails is None:
            return taken, None
        there = Sequence.objects.filter(slug=found.mails.slug).select_related("sells").first()
        before = transfer.take_out(there) if there else None
        row = transfer.take_in(found.mails, course=taken.course, by=by, now=now)
        return taken, _taken(before, transfer.take_out(drafting.sequence_of(row.pk)))


def rehearse(found: Folder, *, now: datetime) -> Rehearsed:
    """What ``take_in`` would do, found out by doing it and undoing it all; it raises the same."""
    course = rehearsal.of_taking_in(found.course, now=now)
    with transaction.atomic():
        _course, mails = take_in(found, by=None, now=now)
        transaction.set_rollback(True)
    return Rehearsed(course=course, mails=mails)


def _taken(before: SequenceFile | None, after: SequenceFile) -> MailsTaken:
    names = ("title", "sells", "goal")
    return MailsTaken(
        created=before is None,
        made=comparing.between(before.steps if before else (), after.steps),
        said=tuple(
            name for name in names if before and getattr(before, name) != getattr(after, name)
        ),
    )
