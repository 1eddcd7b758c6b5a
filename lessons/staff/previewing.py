"""The working copy as a reader would meet it: in any state, recording nothing.

The draft is read as if it were an edition, and an invented reader stands in it; both go through the
very functions that real readers go through.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from django.utils.translation import gettext as _

from lessons.content import drafts, editions, pace
from lessons.content.models import Course
from lessons.reading import access, outline, schedule
from lessons.reading.standing import Facts, LessonNotFound, Standing

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from lessons.content.editions import PublishedCourse
    from lessons.reading.outline import LessonView, Outline

# Who looks: somebody who just began, is halfway, is done; or who has not begun or not bought it.
Reader = Literal["new", "midway", "done", "outside"]
READERS: tuple[Reader, ...] = ("new", "midway", "done", "outside")
ZONE = "Europe/Amsterdam"
# Long enough ago for every date of a paced course to have come, but for who just began.
LONG_AGO = timedelta(days=3650)


class EmptyDraft(LessonNotFound):
    code = "empty_draft"


@dataclass(frozen=True)
class Draft:
    """A course's working copy, read as an edition, and who looks at it."""

    published: PublishedCourse
    here: Standing


@dataclass(frozen=True)
class _DraftStanding(Standing):
    """A standing in what is no edition yet."""

    draft: PublishedCourse | None = field(default=None, kw_only=True)

    @cached_property
    def published(self) -> PublishedCourse:
        assert self.draft is not None  # noqa: S101 -- made below, always with one.
        return self.draft


def of_course(*, course: Course, reader: Reader, now: datetime) -> Outline:
    """The outline of the working copy for such a reader. Raises ``EmptyDraft``."""
    return outline.outline_of(_standing(course, reader, now), now)


def of_lesson(*, course: Course, lesson: UUID, reader: Reader, now: datetime) -> LessonView:
    """A lesson of the working copy for such a reader.

    Raises ``LessonNotFound`` for one that is not in it, ``EmptyDraft``, and, as for real readers,
    what ``access.require`` raises.
    """
    here = _standing(course, reader, now)
    if lesson not in here.published.by_uuid:
        raise LessonNotFound(_("This lesson is not in the course now."))
    access.require(here, lesson, now)
    return outline.view_of(here, lesson, now)


def _standing(course: Course, reader: Reader, now: datetime) -> Standing:
    draft = _as_edition(course, now)
    if not draft.lessons:
        raise EmptyDraft(_("There is no lesson in this course yet."))
    inside = reader != "outside"
    began = now if reader == "new" else now - LONG_AGO
    facts = _facts(draft, reader, began) if inside else Facts()
    return _DraftStanding(
        course=course.pk,
        slug=course.slug,
        edition=draft.edition,
        granted=inside and draft.access == Course.Access.GRANTED,
        enrolment=0 if inside else None,
        enrolled_at=began if inside else None,
        completed_at=now - timedelta(days=1) if reader == "done" else None,
        live_courses=_live_courses(),
        facts=facts,
        draft=draft,
    )


def _as_edition(course: Course, now: datetime) -> PublishedCourse:
    """The working copy as its publication would make it; lessons that are live keep their date."""
    both = drafts.both_of(course)
    since = {
        lesson["uuid"]: lesson["since"]
        for content in both.live.contents
        for lesson in content["lessons"]
    }
    modules = []
    for module in both.draft.modules:
        lessons = both.draft.lessons[module.pk]
        dates = {str(one.pk): since.get(str(one.pk), now.isoformat()) for one in lessons}
        modules.append(drafts.content_of(module, lessons, dates))
    return editions.read(uuid.uuid4(), both.manifest, modules)


def _facts(draft: PublishedCourse, reader: Reader, began: datetime) -> Facts:
    """What such a reader has done: nothing, half of it, or all but what is new."""
    order = [lesson.uuid for lesson in draft.lessons]
    done = {"new": 0, "midway": len(order) // 2, "done": len(order)}[reader]
    finished = dict.fromkeys(order[:done], began)
    return Facts(
        opened=finished,
        finished={} if reader == "new" else _known(draft, finished, reader, began),
        promised=schedule.dates(pace.from_json(draft.pace), order, began, ZONE),
    )


def _known(
    draft: PublishedCourse, finished: dict[UUID, datetime], reader: Reader, began: datetime
) -> dict[UUID, datetime]:
    """Who is done did not finish what comes new with this draft."""
    if reader != "done":
        return finished
    oldest = min(lesson.since for lesson in draft.lessons)
    old = [lesson.uuid for lesson in draft.lessons if lesson.since == oldest]
    return dict.fromkeys(old, began)


def _live_courses() -> frozenset[str]:
    rows = Course.objects.filter(live_edition__isnull=False)
    return frozenset(rows.values_list("slug", flat=True))
