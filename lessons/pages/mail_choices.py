"""What a reader wants of our mails: for who is signed in, and by the link in every mail.

By the link nobody has to sign in, so the page names no course: whoever got such a mail forwarded
learns nothing from it. Looking changes nothing; programs follow links.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from courseapp.accounts.models import User
from lessons.drip import choices, offers, tokens
from lessons.drip.models import Choice
from lessons.messages import OFFERS_CONSENT
from lessons.pages.private import for_readers, keep_nowhere

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse, QueryDict

    from lessons.drip.choices import Way


@require_http_methods(["GET", "HEAD", "POST"])
@for_readers
def mine(request: HttpRequest, reader: User) -> HttpResponse:
    """For who is signed in, each course by its name; from a planning it goes back there."""
    back = request.POST.get("planning", "")
    known = {str(one.course) for one in choices.of(reader=reader).courses} if back else set()
    if back in known:
        messages.success(request, _save(reader, request.POST, "page", timezone.now()))
        return redirect("planning", course=back)
    return _page(request, reader, "page")


# The address itself is the proof; a mail program's own browser may have no cookies.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """By the link in a mail."""
    reader = User.objects.filter(pk=tokens.read_choose(token), is_active=True).first()
    if reader is None:
        raise tokens.BadToken(_("This address is not whole. Copy all of it from the mail."))
    timezone.activate(reader.time_zone)
    return keep_nowhere(_page(request, reader, "link"))


def _page(request: HttpRequest, reader: User, way: Way) -> HttpResponse:
    told = ""
    if request.method == "POST":
        told = _save(reader, request.POST, way, timezone.now())
    context = {
        "wanted": choices.of(reader=reader),
        "named": way == "page",
        "offers_consent": OFFERS_CONSENT,
        "told": told,
    }
    return render(request, "lessons/mail_choices.html", context)


def _save(reader: User, said: QueryDict, way: Way, now: datetime) -> str:
    """Take down what differs from before; returns the sentence that tells what came of it."""
    if "none" in said:
        choices.stop_all(reader=reader, way=way, now=now)
        return _("Good. You get no mails from us any more, apart from codes and orders.")
    for one in choices.of(reader=reader).courses:
        if f"course-{one.course}" not in said:  # It came while the page was open.
            continue
        for about in Choice.About:
            wanted = f"{about.value}-{one.course}" in said
            choices.choose(
                reader=reader, course=one.course, about=about, wanted=wanted, way=way, now=now
            )
    if "offers-shown" in said and "offers" not in said:
        offers.withdraw(reader=reader, place=way, now=now)
    elif "offers" in said and offers.ask(reader=reader, place=way, now=now):
        return _(
            "Saved. About mails on trainings you get a mail from us first: press the button in it,"
            " then it is settled."
        )
    return _("Saved.")
