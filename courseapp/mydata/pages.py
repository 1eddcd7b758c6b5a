"""``/account/gegevens/``: what is kept, in plain words, and the ways to have it or to end it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courseapp import browser
from courseapp.accounts import again, handovers, leaving
from courseapp.mydata import bundle, handing_over, letting_go, staying
from lessons.pages.private import for_readers, keep_nowhere

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

    from courseapp.accounts.models import User

# What is chosen unless somebody chooses otherwise: time to sleep on it.
DAYS = 3


def _days() -> list[tuple[int, str]]:
    """At once, or after one to seven days."""
    after = [
        (number, ngettext("After %(days)s day", "After %(days)s days", number) % {"days": number})
        for number in range(1, leaving.MOST_DAYS + 1)
    ]
    return [(0, gettext("At once, without a way back")), *after]


class LeavingForm(forms.Form):
    """How long one may still change one's mind."""

    days = forms.TypedChoiceField(label=_("When"), coerce=int, initial=DAYS, choices=_days)


@require_safe
@for_readers
def my_data(request: HttpRequest, reader: User) -> HttpResponse:
    """What is kept, and what was asked for already."""
    known = {"handover": handovers.of(reader, now=timezone.now())}
    return render(request, "account/my_data.html", known)


@require_POST
@for_readers
@again.asked_again(back="my_data")
def hand_over(_request: HttpRequest, reader: User) -> HttpResponse:
    """All of it as a file; what would take long is asked of the worker."""
    now = timezone.now()
    if handing_over.is_much(reader):
        handing_over.ask(person=reader, now=now)
        return redirect("my_data")
    return _file(bundle.made(reader, now=now))


@require_POST
@for_readers
@again.asked_again(back="my_data")
def fetch(_request: HttpRequest, reader: User, uuid: UUID) -> HttpResponse:
    """What the worker made, once."""
    return _file(handing_over.take(person=reader, uuid=uuid, now=timezone.now()))


@require_http_methods(["GET", "HEAD", "POST"])
@for_readers
@again.asked_again(back="my_data_leave")
def leave(request: HttpRequest, reader: User) -> HttpResponse:
    """What goes and what stays, before the button; then the account is closed."""
    now = timezone.now()
    form = LeavingForm(request.POST or None)
    stays = staying.of(reader, now=now)
    if not (request.method == "POST" and form.is_valid()):
        return render(request, "account/leave.html", {"form": form, "stays": stays})
    row = letting_go.ask(person=reader, days=form.cleaned_data["days"], now=now)
    logout(request)
    known = {"due_at": row.due_at if row.due_at > now else None, "stays": stays}
    response = render(request, "account/left.html", known)
    response["Clear-Site-Data"] = browser.FORGET_ALL
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def stay(request: HttpRequest, word: str) -> HttpResponse:
    """The way back from the mail: a button, for what fetches links must not press it."""
    person = leaving.read(word)
    if request.method != "POST":
        return keep_nowhere(render(request, "account/stay.html"))
    leaving.come_back(person=person, now=timezone.now())
    return keep_nowhere(render(request, "account/stayed.html"))


def _file(content: bytes) -> HttpResponse:
    name = bundle.name_of(timezone.now())
    return HttpResponse(
        content,
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
