"""A reader about whom there is everything to see, for who looks at pages."""

from __future__ import annotations

from datetime import time, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from courseapp.accounts.models import User
from courseapp.post import suppression
from courseapp.post.models import Letter, Suppression
from lessons.drip import choices
from lessons.drip.models import Choice, Mail
from lessons.reading import rhythm
from tests.factories import make_enrolment
from tests.lessons.drip.conftest import make_sequence, tick
from tests.lessons.drip.test_plan import make_step
from tests.payments.staff.selling import LONG

if TYPE_CHECKING:
    from lessons.content.models import Course


def make_written_to(course: Course) -> dict[str, object]:
    """Mails of each state, a pause, mails turned off, an address that bounced.

    Returns what the addresses of the pages name, by the name of their parts. The buyer of
    ``make_sold`` is the reader.
    """
    now = timezone.now()
    reader = User.objects.get(email=LONG)
    steps = [make_step(f"dag-{days}", days=days, at=time(7, 30)) for days in range(1, 5)]
    make_sequence(make_step(), make_step("les", trigger="lesson"), *steps, course=course)
    enrolment = make_enrolment(reader, course, now=now - timedelta(days=2))
    for days in range(3):
        tick(now - timedelta(days=2 - days))
    letter = Letter.objects.filter(key__startswith="drip:").earliest("pk")
    letter.next_at, letter.error = None, "550 5.1.1 <x>: Recipient address rejected: User unknown"
    letter.save()
    suppression.suppress(
        address=LONG, scope=Suppression.Scope.ALL, reason=Suppression.Reason.HARD_BOUNCE, now=now
    )
    rhythm.pause(
        enrolment=enrolment, until_day=rhythm.a_week_on(enrolment=enrolment, now=now), now=now
    )
    choices.choose(
        reader=reader, course=course.pk, about=Choice.About.LESSONS, wanted=False, way="page",
        now=now,
    )  # fmt: skip
    return {"reader": reader.uuid, "mail": Mail.objects.earliest("pk").pk}
