"""*Versturen*: whether mail leaves the house at all, what to do if not, and who calls it spam.

It is about all mail of the site, so it has a page of its own beside the sequences. *Vandaag* leads
here (setting ``ATTENTION``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from courseapp.post import breaker, complaints
from courseapp.post.models import Letter
from lessons.desk.attention import Row
from lessons.desk.door import for_staff
from lessons.desk.mails import words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

    from courseapp.accounts.models import User
    from courseapp.post.complaints import Share

STREAMS = {
    "code": gettext_lazy("codes to sign in"),
    "receipt": gettext_lazy("mails about orders"),
    "lesson": gettext_lazy("mails of a course"),
    "offer": gettext_lazy("mails about a training"),
    "": gettext_lazy("all mails together"),
}


@dataclass(frozen=True)
class Line:
    """Of the table: complaints are readers, so they are told to fives."""

    name: str
    sent: int
    complaints: str
    is_too_many: bool


@require_safe
@for_staff
def sending(request: HttpRequest, person: User) -> HttpResponse:
    """How it stands with the mail server and with complaints, and what there is to do."""
    now = timezone.now()
    context = {
        "away": breaker.away(now=now),
        "waiting": Letter.objects.due(now=now).count(),
        "lines": [_line(one) for one in complaints.of_late(now=now)],
    }
    return render(request, "desk/mails/sending.html", context)


def rows(person: User, now: datetime) -> Iterator[Row]:
    """For *Vandaag*: a mail server that takes nothing, and more complaints than are borne."""
    away = breaker.away(now=now)
    if away is not None:
        count = Letter.objects.due(now=now).count()
        said = ngettext(
            "The mail server takes no mail from us: %(n)s mail waits.",
            "The mail server takes no mail from us: %(n)s mails wait.",
            count,
        )
        yield Row(
            title=said % {"n": count},
            url=f"{reverse('desk:sending')}#server",
            weight="broken",
            detail=_("Nothing is lost. It is tried again by itself, and here is what you can do."),
        )
    for one in complaints.of_late(now=now):
        if one.is_too_many:
            yield Row(
                title=_("More readers than usual call our mail spam: %(what)s.")
                % {"what": STREAMS[one.stream]},
                url=f"{reverse('desk:sending')}#complaints",
                weight="waiting",
                detail=_("%(complaints)s of %(sent)s mails in 7 days; 1 in 1000 is the most.")
                % {"complaints": words.number(one.complaints), "sent": words.grouped(one.sent)},
            )


def _line(one: Share) -> Line:
    return Line(
        name=str(STREAMS[one.stream]),
        sent=one.sent,
        complaints=words.short(one.complaints),
        is_too_many=one.is_too_many,
    )


paths: list[URLPattern] = [
    path("mails/versturen/", sending, name="sending"),
]
