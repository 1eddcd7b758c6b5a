"""Beginning a course: the enrolment, the consent it rests on, and the dates it promises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from courseapp.accounts import consents
from courseapp.accounts.models import Consent
from lessons.content import editions, pace
from lessons.content.models import Course
from lessons.reading import schedule, standing
from lessons.reading.access import NotEnrolled, NotGranted
from lessons.reading.models import Enrolment, Unlock

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from courseapp.accounts.models import User
    from lessons.content.editions import PublishedLesson


@dataclass(frozen=True)
class Begun:
    """An enrolment, and whether it is new."""

    enrolment: Enrolment
    created: bool


def enrol(*, reader: User, course: str, wording: str, place: str, now: datetime) -> Begun:
    """Enrol the reader in the live course of this slug, with the consent given in ``wording``.

    Enrolling twice gives the same enrolment and records nothing new. Raises ``CourseNotFound`` and
    ``NotGranted``.
    """
    here = standing.of_course(reader, slug=course)
    if here.published.access == Course.Access.GRANTED and not here.granted:
        raise NotGranted(here.slug)
    with transaction.atomic():
        enrolment, created = Enrolment.objects.get_or_create(
            reader=reader,
            course_id=here.course,
            defaults={
                "edition_id": here.edition,
                "enrolled_at": now,
                "time_zone": reader.time_zone,
            },
        )
        if created:
            _promise(enrolment, here)
            consents.give(
                user=reader,
                purpose=Consent.Purpose.PROGRESS,
                wording=wording,
                place=place,
                now=now,
            )
    return Begun(enrolment=enrolment, created=created)


def enrolment_of(*, here: standing.Standing) -> Enrolment:
    """The enrolment of who stands here. Raises ``NotEnrolled``, and ``NotGranted`` for a training
    whose right has ended."""
    if here.enrolment is None:
        raise NotEnrolled(here.slug)
    if here.published.access == Course.Access.GRANTED and not here.granted:
        raise NotGranted(here.slug)
    return Enrolment.objects.get(pk=here.enrolment)


def would_open(
    *, edition: UUID, zone: str, now: datetime
) -> list[tuple[PublishedLesson, datetime]]:
    """What enrolling now would promise on a clock in this zone; empty without a pace."""
    published = editions.load(edition)
    lessons = {lesson.uuid: lesson for lesson in published.lessons}
    dates = schedule.dates(pace.from_json(published.pace), list(lessons), now, zone)
    return [(lessons[lesson], opens_at) for lesson, opens_at in dates.items()]


def _promise(enrolment: Enrolment, here: standing.Standing) -> None:
    dates = schedule.dates(
        pace.from_json(here.published.pace),
        [lesson.uuid for lesson in here.published.lessons],
        enrolment.enrolled_at,
        enrolment.time_zone,
    )
    Unlock.objects.bulk_create(
        Unlock(enrolment=enrolment, lesson_id=lesson, opens_at=opens_at)
        for lesson, opens_at in dates.items()
    )
