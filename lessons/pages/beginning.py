"""Beginning a course: the consent first, then, for a newcomer, the address.

Whoever is not signed in says yes before typing an address. That yes waits in the session, for this
course and for an hour, and is carried out when they come back signed in: begin, address, code,
first lesson.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from lessons.drip import noticing, offers
from lessons.messages import ENROL_CONSENT, OFFERS_CONSENT
from lessons.pages.private import keep_nowhere, reader_of
from lessons.reading import enrolling, outline

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from courseapp.accounts.models import User
    from lessons.content.editions import PublishedLesson
    from lessons.reading.outline import Outline

WAITING = "begin"
WAITS = timedelta(hours=1)


@require_http_methods(["GET", "HEAD", "POST"])
def enrol(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for the consent, take it, and land in the first lesson; again: where the reader was."""
    now = timezone.now()
    reader = reader_of(request)
    found = outline.of_course(slug=slug, reader=reader, now=now)
    if reader and found.enrolled:
        return keep_nowhere(redirect("continue", course=found.course.uuid))
    if reader and (request.method == "POST" or _yes_was_said(request, slug, now)):
        wants_offers = _offers_too(request)
        response = _begin(request, reader, found, now)
        if wants_offers:
            offers.ask(reader=reader, place="begin", now=now)
        return keep_nowhere(response)
    if request.method == "POST":
        _remember_yes(request, slug, now)
        return keep_nowhere(redirect_to_login(request.path))
    context = {
        "outline": found,
        "course": found.course,
        "consent": ENROL_CONSENT,
        "offers_consent": OFFERS_CONSENT,
        "asks_offers": reader is None or not offers.agreed(reader=reader),
        "opens": _plan(reader, found, now),
    }
    return keep_nowhere(render(request, "lessons/enrol.html", context))


def _begin(request: HttpRequest, reader: User, found: Outline, now: datetime) -> HttpResponse:
    begun = enrolling.enrol(
        reader=reader,
        course=found.course.slug,
        wording=str(ENROL_CONSENT),
        place=f"page:{found.course.slug}",
        now=now,
    )
    if begun.created:
        noticing.begun(enrolment=begun.enrolment, now=now)
    request.session.pop(WAITING, None)
    return redirect("continue", course=found.course.uuid)


def _remember_yes(request: HttpRequest, slug: str, now: datetime) -> None:
    request.session[WAITING] = {
        "course": slug,
        "at": now.timestamp(),
        "wording": _wording(),
        "offers": "offers" in request.POST,
    }


def _yes_was_said(request: HttpRequest, slug: str, now: datetime) -> bool:
    """Whether this browser said yes to this course, in these words, within the hour."""
    said = request.session.get(WAITING)
    if not said or said["course"] != slug or said["wording"] != _wording():
        return False
    return now - datetime.fromtimestamp(said["at"], UTC) < WAITS


def _offers_too(request: HttpRequest) -> bool:
    """Whether the box about trainings was ticked, now or before signing in."""
    if request.method == "POST":
        return "offers" in request.POST
    return bool(request.session[WAITING].get("offers"))


def _plan(
    reader: User | None, found: Outline, now: datetime
) -> list[tuple[PublishedLesson, datetime]]:
    """The dates that beginning now would promise, on the clock they are shown by."""
    zone = reader.time_zone if reader else settings.TIME_ZONE
    timezone.activate(zone)
    return enrolling.would_open(edition=found.edition, zone=zone, now=now)


def _wording() -> str:
    return hashlib.sha256(str(ENROL_CONSENT).encode()).hexdigest()
