"""*Voorbeeld* of one mail, as HTML and as text, and a test to one's own address."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from courseapp import browser
from lessons.desk.door import for_staff
from lessons.desk.mails import board, words
from lessons.drip import drafting, trying

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.urls import URLPattern

    from courseapp.accounts.models import User
    from courseapp.post.letters import Words
    from lessons.drip.models import Sequence
    from lessons.drip.steps import Step


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def preview(request: HttpRequest, person: User, sequence: UUID, key: str) -> HttpResponse:
    """The mail for somebody who is at a lesson; a POST sends it to who looks."""
    row = drafting.sequence_of(sequence)
    step = drafting.step_of(row, key)
    lesson = _lesson(request)
    if request.method == "POST":
        here = _address(row, key, lesson)
        trying.send(
            sequence=row, step=step, lesson=lesson, person=person, here=here, now=timezone.now()
        )
        said = _("Sent to %(address)s, marked %(mark)s. It counts nowhere.")
        messages.success(request, said % {"address": person.email, "mark": trying.MARK})
        return redirect(here)
    titles = board.titles_of(row)
    context = {
        "sequence": row,
        "course": row.course,
        "step": step,
        "when": words.when(step, titles),
        "lessons": list(titles.items()),
        "fixed": step.lesson in titles,
        "lesson": lesson if lesson in titles else next(iter(titles), None),
        "mail": _words(row, step, lesson, person),
        "framed": f"{reverse('desk:mail_html', args=[row.pk, key])}?{_query(lesson)}",
        "sender": person.email,
    }
    return render(request, "desk/mails/preview.html", context)


@require_safe
@for_staff
def html(request: HttpRequest, person: User, sequence: UUID, key: str) -> HttpResponse:
    """The mail itself, for the frame: it runs and loads nothing."""
    row = drafting.sequence_of(sequence)
    step = drafting.step_of(row, key)
    response = HttpResponse(_words(row, step, _lesson(request), person).html)
    browser.allow(response, browser.FRAMED_LETTER)
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _words(row: Sequence, step: Step, lesson: UUID | None, person: User) -> Words:
    return trying.words_of(
        sequence=row,
        step=step,
        lesson=lesson,
        person=person,
        here=_address(row, step.key, lesson),
        now=timezone.now(),
    )


def _lesson(request: HttpRequest) -> UUID | None:
    """At which lesson the invented reader is; without one, or with nonsense, at the first."""
    asked = request.POST.get("les") or request.GET.get("les", "")
    try:
        return UUID(asked)
    except ValueError:
        return None


def _address(row: Sequence, key: str, lesson: UUID | None) -> str:
    address = reverse("desk:mail_preview", args=[row.pk, key])
    return f"{address}?{_query(lesson)}" if lesson else address


def _query(lesson: UUID | None) -> str:
    return urlencode({"les": str(lesson)}) if lesson else ""


_HERE = "mails/<uuid:sequence>/mail/<slug:key>/"
paths: list[URLPattern] = [
    path(f"{_HERE}voorbeeld/", preview, name="mail_preview"),
    path(f"{_HERE}voorbeeld/html/", html, name="mail_html"),
]
