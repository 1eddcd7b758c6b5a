"""The versions of a lesson: who, when, how much; each beside the present text, and back again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from courseapp.errors import Refused
from lessons.content import editing
from lessons.content import versions as kept
from lessons.desk.door import for_staff
from lessons.desk.lesson import page

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from courseapp.accounts.models import User
    from lessons.content.models import Lesson

NUMBER_MAX = 2**31 - 1


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def versions(request: HttpRequest, person: User, lesson: UUID) -> HttpResponse:
    """What is kept of a lesson; POST goes back to one version."""
    row = page.lesson_of(lesson)
    if row is None:
        raise editing.LessonNotFound(_("This lesson does not exist."))
    if request.method == "POST":
        return _go_back(request, person, row)
    number = max(_number(request.GET.get("pagina", "")), 1)
    found, more = kept.of_lesson(row, page=number)
    chosen = _number(request.GET.get("versie", ""))
    compared = None
    if chosen:
        compared = kept.compare(kept.state_at(row, chosen), editing.state_of(row))
    context = {
        "lesson": row,
        "course": row.course,
        "versions": found,
        "chosen": chosen,
        "parts": compared,
        "newer": number - 1,
        "older": number + 1 if more else 0,
    }
    return render(request, "desk/lesson/versions.html", context)


def _go_back(request: HttpRequest, person: User, row: Lesson) -> HttpResponse:
    """``versie`` becomes the text again, if ``gezien``, the version on the screen, still is it."""
    asked = {**request.GET.dict(), **request.POST.dict()}
    try:
        editing.go_back(
            lesson=row.pk,
            to=_number(asked.get("versie", "")),
            version=_number(asked.get("gezien", "")),
            by=person,
            now=timezone.now(),
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("desk:lesson_versions", lesson=row.pk)
    messages.success(request, _("This is the text again. What stood here before is kept too."))
    return HttpResponseRedirect(reverse("desk:lesson", args=[row.pk]))


def _number(text: str) -> int:
    """A number in an address or a form; 0 when there is none."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(2**31)) else 0
    return number if number <= NUMBER_MAX else 0
