"""A text that was not saved, beside what stands there now: its writer decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lessons.content import editing, versions
from lessons.desk.door import for_staff

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from courseapp.accounts.models import User
    from lessons.content.models import UnsavedText


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def unsaved(request: HttpRequest, person: User, unsaved: UUID) -> HttpResponse:
    """Both texts side by side; another person's is not there."""
    aside = versions.aside(unsaved=unsaved, by=person)
    if request.method == "POST":
        return _decide(request, person, aside)
    row = aside.lesson
    context = {
        "aside": aside,
        "lesson": row,
        "course": row.course,
        "last": versions.last_save(row),
        "parts": versions.compare(editing.state_of(row), editing.state_from_json(aside.state)),
    }
    return render(request, "desk/lesson/unsaved.html", context)


def _decide(request: HttpRequest, person: User, aside: UnsavedText) -> HttpResponse:
    if request.POST.get("act") == "leave":
        editing.drop(unsaved=aside.pk, by=person)
        messages.success(request, _("What stood there stays. Your other text is let go."))
        return redirect("desk:lesson", lesson=aside.lesson_id)
    version = request.POST.get("version", "")
    seen = int(version) if version.isascii() and version.isdigit() and len(version) <= 10 else 0  # noqa: PLR2004
    try:
        editing.insist(unsaved=aside.pk, version=seen, by=person, now=timezone.now())
    except editing.ChangedMeanwhile as refusal:
        messages.warning(request, str(refusal))
        return redirect("desk:unsaved", unsaved=aside.pk)
    messages.success(request, _("Your text stands there now. The other one is among the versions."))
    return redirect("desk:lesson", lesson=aside.lesson_id)
