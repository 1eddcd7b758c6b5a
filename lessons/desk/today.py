"""*Vandaag*: what asks for attention, from every room, and the ways to the work."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from courseapp.post import heartbeat
from courseapp.post.models import Letter
from lessons.content.models import Course
from lessons.desk import attention
from lessons.desk.attention import Row
from lessons.desk.door import for_staff

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

    from courseapp.accounts.models import User

# Ticks come every fifteen seconds; see courseapp.health.
CLOCK_LATE = timedelta(minutes=5)
LETTERS_SINCE = timedelta(days=7)


@require_safe
@for_staff
def today(request: HttpRequest, person: User) -> HttpResponse:
    """One list for everything, what is broken first."""
    rows = attention.rows(person=person, now=timezone.now())
    courses = Course.objects.order_by("title")[:6]
    return render(request, "desk/today.html", {"rows": rows, "courses": courses})


def jobs(person: User, now: datetime) -> Iterator[Row]:
    """What should happen by itself and does not: the clock, and mail."""
    last = heartbeat.last()
    if last is not None and now - last > CLOCK_LATE:
        yield Row(
            title=_("The site's clock stands still: mail and planned publications wait."),
            detail=_("Whoever looks after the server has to start the worker again."),
            url=reverse("health"),
            weight="broken",
            when=last,
        )
    lost = Letter.objects.lost().filter(created_at__gt=now - LETTERS_SINCE)
    count = lost.count()
    if count:
        yield Row(
            title=ngettext(
                "%(n)s mail of the past week could not be sent.",
                "%(n)s mails of the past week could not be sent.",
                count,
            )
            % {"n": count},
            detail=_("Whoever looks after the server finds the reason with the mail itself."),
            url=reverse("health"),
            weight="broken",
        )


paths: list[URLPattern] = [
    path("", today, name="today"),
]
