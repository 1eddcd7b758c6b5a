"""What staff set right for one reader, at their wish: mail, a pause, access. Each is on record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from courseapp.accounts import audit
from courseapp.errors import NotFound
from courseapp.post import suppression
from lessons.drip import choices, noticing
from lessons.drip.models import Choice, Place
from lessons.reading import rhythm
from lessons.reading.models import Enrolment
from payments import granting

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from courseapp.accounts.models import User
    from lessons.content.models import Course
    from payments.models import Product, StaffGrant


class NotTheirCourse(NotFound):
    """This course sends the reader nothing, or they have not begun it."""

    code = "not_their_course"


def course_of(*, reader: User, course: UUID) -> Course:
    """A course that writes to this reader, or that they began. Raises ``NotTheirCourse``."""
    place = Place.objects.filter(reader=reader, sequence__course=course)
    found = place.select_related("sequence__course").first()
    if found is not None:
        return found.sequence.course
    return enrolment_of(reader=reader, course=course).course


def enrolment_of(*, reader: User, course: UUID) -> Enrolment:
    """Raises ``NotTheirCourse``."""
    rows = Enrolment.objects.filter(reader=reader, course=course).select_related("course")
    found = rows.first()
    if found is None:
        raise NotTheirCourse(_("This reader does not follow this course."))
    return found


def write_again(*, reader: User, by: User, now: datetime) -> int:
    """Let mail go to the reader's address again; returns how much kept it back."""
    with transaction.atomic():
        lifted = suppression.lift(address=reader.email, now=now)
        if lifted:
            audit.record(by=by, act="reader.suppression_lifted", on=reader, now=now)
    return lifted


def resume_mails(*, reader: User, course: Course, by: User, now: datetime) -> bool:
    """Turn the mails of a course on again, for a reader who asked; False: they were on.

    What became too late meanwhile is left out, and no day has more than one mail.
    """
    with transaction.atomic():
        changed = choices.choose(
            reader=reader, course=course.pk, about=Choice.About.LESSONS, wanted=True, way="staff",
            now=now,
        )  # fmt: skip
        if changed:
            audit.record(by=by, act="reader.mails_resumed", on=reader, now=now, name=course.title)
    return changed


def end_pause(*, enrolment: Enrolment, by: User, now: datetime) -> bool:
    """End the reader's pause, for a reader who asked; False: there was none."""
    with transaction.atomic():
        ended = rhythm.resume(enrolment=enrolment, now=now)
        if ended is None:
            return False
        noticing.look_again(enrolment=enrolment.pk, now=now)
        audit.record(
            by=by, act="reader.pause_ended", on=enrolment.reader, now=now,
            name=enrolment.course.title,
        )  # fmt: skip
    return True


def give(*, reader: User, product: Product, reason: str, by: User, now: datetime) -> StaffGrant:
    """Give access without a sale; raises what ``granting.grant`` raises."""
    with transaction.atomic():
        made = granting.grant(
            reader_email=reader.email, product=product, by=by, reason=reason, now=now
        )
        audit.record(by=by, act="reader.access_given", on=reader, now=now, name=product.title)
    return made


def grant_of(*, reader: User, grant: UUID) -> StaffGrant:
    """Raises ``GrantNotFound``, also for what was given to somebody else."""
    found = granting.get(grant=grant)
    if found.reader_id != reader.pk:
        raise granting.GrantNotFound(_("There is no such access."))
    return found


def take_back(*, grant: StaffGrant, by: User, now: datetime) -> None:
    """End what was given; what has ended stays as it ended."""
    with transaction.atomic():
        if grant.ended_at is None:
            granting.end(grant=grant, by=by, now=now)
            audit.record(
                by=by, act="reader.access_ended", on=grant.reader, now=now,
                name=grant.product.title,
            )  # fmt: skip
