"""Saving what a reader writes and ticks in a lesson, and whether it may be kept.

Without JavaScript a form is sent and the lesson shown again; ``answers.js`` sends the same forms
while the reader writes and asks for JSON. Whatever is refused, the reader gets back what was sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from courseapp.errors import Refused
from lessons.messages import ANSWERS_CONSENT, ANSWERS_DECLINED
from lessons.pages.private import for_readers
from lessons.reading import answers, keeping
from lessons.reading.answers import Changed
from lessons.reading.replies import Ticked, Written

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from courseapp.accounts.models import User
    from lessons.reading.answers import Reply

MOST_TICKS = 100


class SomebodyElse(Refused):
    """The form was filled in by another reader, before this one signed in here."""

    code = "somebody_else"
    status = 403

    def __init__(self) -> None:
        super().__init__(
            _("By now somebody else is signed in in this browser. Nothing was kept of this.")
        )


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@for_readers
@sensitive_variables("text")
def write(request: HttpRequest, reader: User, lesson: UUID, block: UUID) -> HttpResponse:
    """Keep a text below a block; a blank one deletes what was there."""
    if request.method != "POST":
        return _way_back(request, lesson, block)
    text, tag = request.POST.get("text", ""), request.POST.get("tag", "")
    try:
        _same_person(request, reader)
        reply = answers.write(
            reader=reader, lesson=lesson, block=block, text=text, tag=tag, now=timezone.now()
        )
    except Refused as error:
        return _refused(request, reader, lesson, error, {"text": text, "tag": tag})
    return _done(request, reply, lesson, block)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@for_readers
@sensitive_variables("recognised")
def tick(request: HttpRequest, reader: User, lesson: UUID, block: UUID) -> HttpResponse:
    """Keep what is recognised in a self-check."""
    if request.method != "POST":
        return _way_back(request, lesson, block)
    recognised = _numbers(request.POST.getlist("recognised")[:MOST_TICKS])
    occurrence = next(iter(_numbers([request.POST.get("occurrence", "")])), 1)
    tag = request.POST.get("tag", "")
    try:
        _same_person(request, reader)
        reply = answers.tick(
            reader=reader,
            lesson=lesson,
            block=block,
            recognised=recognised,
            occurrence=occurrence,
            tag=tag,
            now=timezone.now(),
        )
    except Refused as error:
        sent = {"ticks": True, "recognised": recognised, "occurrence": occurrence, "tag": tag}
        return _refused(request, reader, lesson, error, sent)
    return _done(request, reply, lesson, block)


@require_POST
@for_readers
def choose(request: HttpRequest, reader: User) -> HttpResponse:
    """Take the yes or the no at the first place to write, and go back to it."""
    place, now = _place_named(request), timezone.now()
    where = f"page:{place[0]}" if place else "page"
    if request.POST.get("keep") == "yes":
        wording = str(ANSWERS_CONSENT)
        keeping.agree(reader=reader, wording=wording, place=where, now=now)
    elif request.POST.get("keep") == "no":
        wording = str(ANSWERS_DECLINED)
        keeping.decline(reader=reader, wording=wording, place=where, now=now)
        messages.info(request, _("Good. Nothing is kept. You can still change that in your notes."))
    if place is None:
        return redirect("journal")
    lesson, block = place
    return redirect(f"{reverse('lesson', args=[lesson])}#b-{block}")


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept") == "application/json"


def _way_back(request: HttpRequest, lesson: UUID, block: UUID) -> HttpResponse:
    """A fresh token for who signed in again in another tab; for people the lesson itself."""
    if _wants_json(request):
        return JsonResponse({"token": get_token(request)})
    return redirect(f"{reverse('lesson', args=[lesson])}#b-{block}")


def _same_person(request: HttpRequest, reader: User) -> None:
    """What one reader typed is never kept as another's, who signed in meanwhile."""
    if request.POST.get("who", str(reader.uuid)) != str(reader.uuid):
        raise SomebodyElse


def _done(request: HttpRequest, reply: Reply | None, lesson: UUID, block: UUID) -> HttpResponse:
    if _wants_json(request):
        return JsonResponse({"tag": reply.tag if reply else "", "is_there": reply is not None})
    return redirect(f"{reverse('lesson', args=[lesson])}#b-{block}")


def _refused(
    request: HttpRequest, reader: User, lesson: UUID, error: Refused, sent: dict[str, Any]
) -> HttpResponse:
    """Say why, and give back what was sent."""
    theirs = error.kept.content if isinstance(error, Changed) and error.kept else None
    tag = error.tag if isinstance(error, Changed) else sent["tag"]
    if _wants_json(request):
        told: dict[str, Any] = {"code": error.code, "detail": str(error)}
        if isinstance(error, Changed):
            told |= {"tag": tag, "theirs": _told(theirs)}
            told |= {"occurrence": error.occurrence}
        return JsonResponse(told, status=error.status)
    if isinstance(error, Changed):
        sent = {**sent, "occurrence": error.occurrence}
    context = {
        **sent,
        "error": error,
        "lesson": lesson,
        "who": request.POST.get("who", str(reader.uuid)),
        "tag": tag,
        "theirs": theirs,
        "theirs_ticked": _statements(theirs),
    }
    return render(request, "lessons/writing/not_kept.html", context, status=error.status)


def _told(content: Written | Ticked | None) -> dict[str, Any] | None:
    if isinstance(content, Written):
        return {"text": content.text}
    return {"recognised": sorted(content.recognised)} if content else None


def _statements(content: Written | Ticked | None) -> list[str]:
    if not isinstance(content, Ticked):
        return []
    return [said for n, said in enumerate(content.statements, 1) if n in content.recognised]


def _numbers(words: list[str]) -> list[int]:
    return [int(word) for word in words if word.isdecimal() and len(word) < 4]  # noqa: PLR2004


def _place_named(request: HttpRequest) -> tuple[UUID, UUID] | None:
    try:
        return UUID(request.POST.get("lesson", "")), UUID(request.POST.get("block", ""))
    except ValueError:
        return None
