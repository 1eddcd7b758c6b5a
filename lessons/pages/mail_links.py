"""The links in our mails that open without signing in: stop, read here, say yes once more.

Each carries a signed word that says only one thing. A GET shows and changes nothing, since programs
fetch the links in a mail before anybody reads it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from courseapp import browser
from lessons.drip import choices, letters, offers, tokens
from lessons.pages.private import keep_nowhere

if TYPE_CHECKING:
    from django.http import HttpRequest


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """One button, or one press in the mail program itself (RFC 8058): no cookie, no sign-in, no
    redirect. Twice is once."""
    what = tokens.read_stop(token)
    if request.method == "POST":
        way = "one-click" if "List-Unsubscribe" in request.POST else "link"
        choices.stop(what=what, way=way, now=timezone.now())  # type: ignore[arg-type]
    context = {
        "what": what,
        "done": request.method == "POST",
        "choose": reverse("mail_choices_link", args=[tokens.choose(what.reader)]),
    }
    return keep_nowhere(render(request, "lessons/mail_stop.html", context))


@require_safe
def view(_request: HttpRequest, token: str) -> HttpResponse:
    """A mail as it was sent, for who reads it better here."""
    response = HttpResponse(letters.shown(token))
    browser.allow(response, browser.LETTER)
    response["X-Robots-Tag"] = "noindex"
    return keep_nowhere(response)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def agree(request: HttpRequest, token: str) -> HttpResponse:
    """The second yes to mails about trainings."""
    now = timezone.now()
    asked = offers.asked(token=token, now=now)
    if request.method == "POST":
        offers.confirm(token=token, now=now)
    context = {
        "wording": offers.wording_in(asked.language),
        "language": asked.language,
        "done": request.method == "POST",
        "choose": reverse("mail_choices_link", args=[tokens.choose(asked.reader)]),
    }
    return keep_nowhere(render(request, "lessons/offers_agree.html", context))
