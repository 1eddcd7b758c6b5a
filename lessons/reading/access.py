"""Who may read what: one decision, asked by pages, API, mail and search alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from django.db import transaction
from django.utils.translation import gettext as _

from courseapp.errors import Refused
from lessons.content.models import Course
from lessons.reading import standing
from lessons.reading.models import Access

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from courseapp.accounts.models import User
    from lessons.content.editions import PublishedLesson
    from lessons.reading.standing import Standing

State = Literal["open", "opens_at", "not_enrolled", "not_granted", "retired"]
Right = Literal["active", "suspended", "revoked"]


@dataclass(frozen=True)
class Answer:
    """Whether a reader may read a lesson; ``when`` (UTC) goes with ``opens_at``."""

    state: State
    when: datetime | None = None


class NotEnrolled(Refused):
    """The reader has not begun this course; ``course`` is its slug."""

    code = "not_enrolled"
    status = 403

    def __init__(self, course: str) -> None:
        super().__init__(_("Begin the course first; then this lesson opens."))
        self.course = course


class NotGranted(Refused):
    """The course is a training that this reader has no right to; ``course`` is its slug."""

    code = "not_granted"
    status = 403

    def __init__(self, course: str) -> None:
        super().__init__(_("This lesson belongs to a training you have no access to."))
        self.course = course


class OpensLater(Refused):
    """The lesson opens at ``when`` (UTC)."""

    code = "opens_later"
    status = 403

    def __init__(self, course: str, when: datetime) -> None:
        super().__init__(_("This lesson opens later; the date stands in your plan."))
        self.course = course
        self.when = when


class Retired(Refused):
    """The lesson is no longer part of the course; ``onward`` is the lesson to go on with."""

    code = "retired"
    status = 410

    def __init__(self, course: str, onward: UUID | None) -> None:
        super().__init__(_("This lesson is no longer part of the course."))
        self.course = course
        self.onward = onward


OPEN = Answer("open")
NOT_ENROLLED = Answer("not_enrolled")
NOT_GRANTED = Answer("not_granted")
RETIRED = Answer("retired")


def may_read(*, reader: User | None, lesson: UUID, now: datetime) -> Answer:
    """Whether this reader (None: a visitor) may read this lesson now.

    Raises ``LessonNotFound`` for a lesson that never was live.
    """
    return decide(standing.of_lesson(reader, lesson=lesson), lesson, now)


def decide(here: Standing, lesson: UUID, now: datetime) -> Answer:
    """The decision itself, from what is known of the reader; no query."""
    published = here.published.by_uuid.get(lesson)
    return RETIRED if published is None else decide_live(here, published, now)


def decide_live(here: Standing, published: PublishedLesson, now: datetime) -> Answer:
    """The same for a lesson of the live edition."""
    if published.open_to_all:
        return OPEN
    if here.published.access == Course.Access.GRANTED and not here.granted:
        return NOT_GRANTED
    if not here.enrolled:
        return NOT_ENROLLED
    when = here.opening.get(published.uuid)
    if when is not None and when > now:
        return Answer("opens_at", when)
    return OPEN


def require(here: Standing, lesson: UUID, now: datetime) -> None:
    """Do nothing when the lesson is open; else raise the refusal that says why not."""
    answer = decide(here, lesson, now)
    if answer.state == "not_granted":
        raise NotGranted(here.slug)
    if answer.state == "not_enrolled":
        raise NotEnrolled(here.slug)
    if answer.state == "opens_at" and answer.when:
        raise OpensLater(here.slug, answer.when)
    if answer.state == "retired":
        raise Retired(here.slug, onward(here))


def onward(here: Standing) -> UUID | None:
    """The first lesson that is not finished: where to go on from a page that is gone."""
    for lesson in here.published.lessons:
        if lesson.uuid not in here.facts.finished:
            return lesson.uuid
    return here.published.lessons[0].uuid if here.published.lessons else None


def grant(*, reader: User, course: Course, source: str, now: datetime) -> Access:
    """Give a right to a course; again for the same source changes nothing and returns it."""
    with transaction.atomic():
        access, _created = Access.objects.get_or_create(
            reader=reader, course=course, source=source, defaults={"granted_at": now}
        )
    return access


def suspend(*, access: Access, now: datetime) -> Access:
    """Hold a right while something is unsettled, say a dispute; ``resume`` gives it back."""
    Access.objects.filter(pk=access.pk, suspended_at__isnull=True).update(suspended_at=now)
    access.refresh_from_db()
    return access


def resume(*, access: Access) -> Access:
    """End a suspension. A revoked right stays revoked."""
    Access.objects.filter(pk=access.pk).update(suspended_at=None)
    access.refresh_from_db()
    return access


def revoke(*, access: Access, now: datetime) -> Access:
    """End a right for good. Other rights of the reader, and all progress, stay."""
    Access.objects.filter(pk=access.pk, revoked_at__isnull=True).update(revoked_at=now)
    access.refresh_from_db()
    return access


def follow(*, reader: User, course: Course, source: str, right: Right, now: datetime) -> Access:
    """Make the right of this source what its source says it is now; idempotent.

    Unlike ``revoke``, which a person does for good: a sale can be undone and restored, and what
    counts is how it stands.
    """
    with transaction.atomic():
        access = grant(reader=reader, course=course, source=source, now=now)
        was = (access.suspended_at, access.revoked_at)
        access.suspended_at = (was[0] or now) if right == "suspended" else None
        access.revoked_at = (was[1] or now) if right == "revoked" else None
        if was != (access.suspended_at, access.revoked_at):
            access.save(update_fields=["suspended_at", "revoked_at"])
    return access
