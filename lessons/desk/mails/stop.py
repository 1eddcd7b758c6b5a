"""Stopping the mails of a sequence, and letting them go on: first what that comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lessons.desk.door import for_staff
from lessons.desk.mails import words
from lessons.drip import drafting, stopping

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

    from courseapp.accounts.models import User


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def stop(request: HttpRequest, person: User, sequence: UUID) -> HttpResponse:
    """The page says what happens; a POST does what its button said (``act``)."""
    row = drafting.sequence_of(sequence)
    if request.method == "POST" and request.POST.get("act") == "go_on":
        stopping.resume(sequence=sequence, by=person, now=timezone.now())
        messages.success(request, _("The mails go on."))
        return redirect("desk:mails", sequence=sequence)
    if request.method == "POST":
        stopping.stop(sequence=sequence, by=person, now=timezone.now())
        messages.success(request, _("Stopped. Nobody gets any of these mails for now."))
        return redirect("desk:mails", sequence=sequence)
    told = stopping.told(sequence=row)
    context = {
        "sequence": row,
        "told": told,
        "is_stopped": row.state == stopping.STOPPED,
        "readers": words.number(told.readers),
        "queued": words.number(told.queued),
    }
    return render(request, "desk/mails/stop.html", context)


paths: list[URLPattern] = [
    path("mails/<uuid:sequence>/stoppen/", stop, name="mails_stop"),
]
