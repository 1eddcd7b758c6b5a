"""What a reader wants of our mails: which of a course, and whether any about trainings.

Codes and what belongs to an order always come. Mails of a course come with it until their reader
says no; mails about trainings only after two times yes (`lessons.drip.offers`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from courseapp.accounts.models import User
from lessons.content import editions
from lessons.drip import noticing, offers, tokens
from lessons.drip.models import Choice, Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from typing import Literal
    from uuid import UUID

    from lessons.content.models import Course
    from lessons.drip.tokens import Stop

    Way = Literal["page", "link", "one-click", "mail", "api", "staff"]


@dataclass(frozen=True)
class OfCourse:
    """What a reader gets of one course's mails; reminders come along with its lessons only.

    Whoever stops those gets no reminder either, so ``nudges`` is false then. What they had said of
    reminders is kept, for when the lessons' mails come again.
    """

    course: UUID
    slug: str
    title: str
    language: str
    begun_at: datetime
    lessons: bool
    nudges: bool


@dataclass(frozen=True)
class Wanted:
    """All that a reader chose. ``offers``: they said yes to mails about trainings, twice."""

    courses: tuple[OfCourse, ...]
    offers: bool


def of(*, reader: User) -> Wanted:
    """What this reader wants, of each course that writes to them, the one begun last first."""
    begun: dict[Course, datetime] = {}
    places = Place.objects.filter(reader=reader, sequence__live__isnull=False)
    for place in places.select_related("sequence__course").order_by("-started_at", "-pk"):
        begun[place.sequence.course] = place.started_at
    rows = list(Choice.objects.filter(reader=reader).order_by("at", "pk"))
    return Wanted(
        courses=tuple(_of_course(course, at, rows) for course, at in begun.items()),
        offers=offers.agreed(reader=reader),
    )


def said(rows: Iterable[Choice], course: UUID) -> Mapping[str, bool]:
    """By what it is about, whether mails of this course are wanted; ``rows`` as they were said."""
    found = {about.value: True for about in Choice.About}
    for choice in rows:
        if choice.course_id in {None, course}:
            found[choice.about] = choice.wanted
    return found


def choose(
    *, reader: User, course: UUID, about: Choice.About, wanted: bool, way: Way, now: datetime
) -> bool:
    """Take down what is wanted of a course from now on; False when that was so already."""
    with transaction.atomic():
        rows = Choice.objects.filter(reader=reader).order_by("at", "pk")
        if said(rows, course)[about] == wanted:
            return False
        Choice.objects.create(
            reader=reader, course_id=course, about=about, wanted=wanted, way=way, at=now
        )
        noticing.look_again_at_all_of(reader=reader.pk, now=now)
    return True


def stop_all(*, reader: User, way: Way, now: datetime) -> None:
    """No mail of any course, no reminder either, and none about trainings."""
    with transaction.atomic():
        for about in Choice.About:
            Choice.objects.create(
                reader=reader, course=None, about=about, wanted=False, way=way, at=now
            )
        offers.withdraw(reader=reader, place=way, now=now)
        noticing.look_again_at_all_of(reader=reader.pk, now=now)


def stop(*, what: Stop, way: Way, now: datetime) -> None:
    """Stop what a mail was about; twice is once, and who is no more needs no stop."""
    reader = User.objects.filter(pk=what.reader, is_active=True).first()
    if reader is None:
        return
    if what.about == "offers":
        offers.withdraw(reader=reader, place=way, now=now)
    elif Place.objects.filter(reader=reader, sequence__course=what.course).exists():
        about = Choice.About(what.about)
        choose(reader=reader, course=what.course, about=about, wanted=False, way=way, now=now)


def stop_by_word(word: str, now: datetime) -> None:
    """Somebody sent a mail with the word that the address for stopping ends in.

    Raises ``tokens.BadToken``.
    """
    stop(what=tokens.read_stop(word), way="mail", now=now)


def _of_course(course: Course, begun_at: datetime, rows: list[Choice]) -> OfCourse:
    wanted = said(rows, course.pk)
    live = course.live_edition_id
    return OfCourse(
        course=course.pk,
        slug=course.slug,
        title=editions.load(live).title if live else course.title,
        language=course.language,
        begun_at=begun_at,
        lessons=wanted[Choice.About.LESSONS],
        nudges=wanted[Choice.About.LESSONS] and wanted[Choice.About.NUDGES],
    )
