"""What a publication will do to readers, told before anybody presses the button.

The texts are compared by `content.changes`; here come the readers, their dates and their mails.
Everything is counted in the database: as many statements for a hundred thousand enrolments as for
none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lessons.content import changes, drafts
from lessons.staff import readers_sql

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from lessons.content.changes import Changes
    from lessons.content.drafts import Both
    from lessons.content.models import Course, Edition
    from lessons.staff.readers_sql import Touched


@dataclass(frozen=True)
class Readers:
    """The readers of a course in groups; each reader is in one of the first three.

    ``waiting`` finished nothing yet, ``midway`` something, ``completed`` everything there was.
    ``by_this`` (some of the first two) have finished all that is left: the publication completes
    them. ``percent_before`` and ``percent_after``: how far those midway are, on average.
    """

    total: int = 0
    waiting: int = 0
    midway: int = 0
    completed: int = 0
    by_this: int = 0
    percent_before: int = 0
    percent_after: int = 0


@dataclass(frozen=True)
class GoneLesson:
    """A lesson that goes: who finished it keeps that, who stopped there goes on elsewhere."""

    lesson: UUID
    title: str
    finished: int
    stopped: int


@dataclass(frozen=True)
class NewLesson:
    """A lesson that comes: for ``later`` readers it opens with the lesson before it, between two
    moments (UTC); for all others at once."""

    lesson: UUID
    title: str
    later: int
    earliest: datetime | None
    latest: datetime | None


@dataclass(frozen=True)
class Consequences:
    """What is published, and what each group of readers will notice of it.

    Dates that were promised are rows of their own and stay; ``pace_changed`` is for who begins
    later. ``first``: nothing was live before. ``mails``: how many go out by the publication itself.
    """

    changes: Changes
    first: bool
    readers: Readers
    gone: tuple[GoneLesson, ...]
    added: tuple[NewLesson, ...]
    pace_changed: bool
    mails: int

    @property
    def stopped(self) -> int:
        """How many readers stopped in a lesson that goes."""
        return sum(one.stopped for one in self.gone)

    @property
    def new_dates(self) -> tuple[NewLesson, ...]:
        return tuple(one for one in self.added if one.later)


def of(*, course: Course, modules: set[UUID], now: datetime) -> Consequences:
    """What publishing these modules of a course would do."""
    return of_both(both=drafts.both_of(course), modules=modules, now=now)


def of_both(*, both: Both, modules: set[UUID], now: datetime) -> Consequences:
    """The same, of a working copy that was read already; two statements."""
    return between(course=both.course, made=changes.of_both(both, modules), now=now)


def of_restoring(*, edition: Edition, both: Both, now: datetime) -> Consequences:
    """What publishing an earlier edition's text again would do; three statements."""
    made = changes.between(changes.live_version(both), changes.version_of(edition))
    return between(course=both.course, made=made, now=now)


def between(*, course: Course, made: Changes, now: datetime) -> Consequences:
    """What these changes would do to the readers of a course; at most two statements."""
    before, after = made.before.lessons, made.after.lessons
    gone = [lesson for lesson in before if lesson not in after]
    added = [lesson for lesson in after if lesson not in before]
    first = course.live_edition_id is None
    found = (
        []
        if first
        else readers_sql.touched(course.pk, gone=gone, order=list(after), added=added, now=now)
    )
    pace = made.before.manifest.get("pace"), made.after.manifest.get("pace")
    return Consequences(
        changes=made,
        first=first,
        readers=Readers() if first else _readers(course, made),
        gone=tuple(_gone(lesson, before[lesson]["title"], found) for lesson in gone),
        added=tuple(_new(lesson, after[lesson]["title"], found) for lesson in added),
        pace_changed=not first and pace[0] != pace[1],
        mails=mails(course=course, made=made),
    )


def mails(*, course: Course, made: Changes) -> int:
    """How many mails the publication itself sends. There is no mail over time yet, so: none."""
    return 0


def _readers(course: Course, made: Changes) -> Readers:
    was, required = made.before.required, made.after.required
    found = readers_sql.groups(course.pk, before=was, after=required)
    return Readers(
        total=found.total,
        waiting=found.total - found.completed - found.midway,
        midway=found.midway,
        completed=found.completed,
        # Only a lesson that is no longer asked can complete anybody (see release).
        by_this=found.done if was - required else 0,
        percent_before=_percent(found.had, found.midway * len(was)),
        percent_after=_percent(found.needed, found.midway * len(required)),
    )


def _percent(part: int, whole: int) -> int:
    return round(100 * part / whole) if whole else 0


def _gone(lesson: UUID, title: str, found: Sequence[Touched]) -> GoneLesson:
    counts = {one.what: one.readers for one in found if one.lesson == lesson}
    finished, stopped = counts.get("finished", 0), counts.get("stopped", 0)
    return GoneLesson(lesson, title, finished=finished, stopped=stopped)


def _new(lesson: UUID, title: str, found: Sequence[Touched]) -> NewLesson:
    for one in found:
        if one.what == "opens" and one.lesson == lesson:
            return NewLesson(lesson, title, one.readers, one.earliest, one.latest)
    return NewLesson(lesson, title, 0, None, None)
