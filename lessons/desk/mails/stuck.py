"""Readers whose mails stand still since planning them failed: why, and trying again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from lessons.desk.door import for_staff
from lessons.drip import drafting, waiting

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

    from courseapp.accounts.models import User


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def stuck(request: HttpRequest, person: User, sequence: UUID) -> HttpResponse:
    """The reasons, for who can mend them; a POST tries again."""
    row = drafting.sequence_of(sequence)
    if request.method == "POST":
        count = waiting.try_again(sequence=sequence, by=person, now=timezone.now())
        said = ngettext(
            "The mails of %(n)s reader are looked at again.",
            "The mails of %(n)s readers are looked at again.",
            count,
        )
        messages.success(request, said % {"n": count})
        return redirect("desk:mails", sequence=sequence)
    context = {"sequence": row, "errors": waiting.errors_of(sequence=sequence)}
    return render(request, "desk/mails/stuck.html", context)


paths: list[URLPattern] = [
    path("mails/<uuid:sequence>/stil/", stuck, name="mails_stuck"),
]
