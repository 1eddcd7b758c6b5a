"""What a reader wrote, all together: to read, print, download and delete. Private, kept nowhere.

Its title and address tell nothing of what stands there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courseapp.accounts import again
from lessons.messages import ANSWERS_CONSENT, ANSWERS_WITHDRAWAL
from lessons.pages import notes_file
from lessons.pages.private import for_readers
from lessons.reading import answers, keeping
from lessons.reading import journal as journals

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

    from courseapp.accounts.models import User

# Whoever was away longer shows again who they are: somebody else may sit there now.
IDLE = 30  # Minutes.


@require_safe
@for_readers
@again.asked_again_after_idle(minutes=IDLE)
def journal(request: HttpRequest, reader: User) -> HttpResponse:
    """All of it, by lesson or by day."""
    courses = journals.of(reader=reader, now=timezone.now())
    by_day = request.GET.get("op") == "datum"
    context = {
        "courses": courses,
        "days": journals.by_day(courses, ZoneInfo(reader.time_zone)) if by_day else [],
        "by_day": by_day,
        "keeps": keeping.holds(reader=reader),
        "consent": ANSWERS_CONSENT,
    }
    return render(request, "lessons/journal/journal.html", context)


@require_safe
@for_readers
@again.asked_again_after_idle(minutes=IDLE)
def download(request: HttpRequest, reader: User) -> HttpResponse:
    """All of it as one file of plain text, that every machine can read."""
    now = timezone.now()
    courses = journals.of(reader=reader, now=now)
    response = HttpResponse(
        notes_file.written(courses, now), content_type="text/plain; charset=utf-8"
    )
    name = _("notes-%(day)s.txt") % {"day": timezone.localdate(now).isoformat()}
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_POST
@for_readers
@again.asked_again_after_idle(minutes=IDLE, back="journal")
def delete(request: HttpRequest, reader: User, answer: UUID) -> HttpResponse:
    """Delete one answer, for good."""
    answers.delete(reader=reader, answer=answer)
    messages.success(request, _("Deleted."))
    return redirect("journal")


@require_http_methods(["GET", "HEAD", "POST"])
@for_readers
@again.asked_again_after_idle(minutes=IDLE, back="journal_delete_all")
def delete_all(request: HttpRequest, reader: User) -> HttpResponse:
    """Ask once, then delete everything that was written."""
    if request.method != "POST":
        return render(request, "lessons/journal/delete_all.html")
    number = answers.delete_all(reader=reader)
    _tell_deleted(request, number)
    return redirect("journal")


@require_POST
@for_readers
def stop(request: HttpRequest, reader: User) -> HttpResponse:
    """Take the consent back; ``delete`` takes along what was kept. As few clicks as giving it."""
    wording, now = str(ANSWERS_WITHDRAWAL), timezone.now()
    if request.POST.get("delete"):
        number = keeping.decline_and_delete(
            reader=reader, wording=wording, place="journal", now=now
        )
        _tell_deleted(request, number)
    else:
        keeping.decline(reader=reader, wording=wording, place="journal", now=now)
        messages.success(
            request,
            _("From now on nothing is kept. What was there is still yours, to read and to delete."),
        )
    return redirect("journal")


def _tell_deleted(request: HttpRequest, number: int) -> None:
    said = ngettext("%(n)s answer was deleted.", "%(n)s answers were deleted.", number)
    messages.success(request, said % {"n": number})
