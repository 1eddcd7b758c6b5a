"""*Lezer helpen*: a reader looked up by address, and all that explains their mail and access."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from courseapp.accounts import addresses
from courseapp.post import suppression
from lessons.desk.door import for_staff
from payments.helping import answering, evidence, finding, showing, words
from payments.staff import words as money

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

    from courseapp.accounts.models import User
    from payments.helping.evidence import Seen


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def find(request: HttpRequest, person: User) -> HttpResponse:
    """One field, and nothing else: nobody is listed. The address is sent, so it stays out of the
    browser's history and the server's log."""
    if request.method != "POST":
        return render(request, "payments/helping/find.html")
    email, now = request.POST.get("email", ""), timezone.now()
    if not addresses.is_one(email):
        wrong = {"asked": email[:254], "wrong": _("This is not an e-mail address.")}
        return render(request, "payments/helping/find.html", wrong, status=400)
    found = finding.reader_called(email=email, by=person, now=now)
    if found is not None:
        return redirect("helping:reader", found.uuid)
    tidy = addresses.tidy(email)
    context: dict[str, object] = {
        "asked": tidy,
        "nobody": True,
        "letters": showing.letters(evidence.letters_to(tidy)),
        "suppressions": showing.suppressions(suppression.of(tidy).order_by("-at"), now),
    }
    return render(request, "payments/helping/find.html", context)


@require_safe
@for_staff
def reader(request: HttpRequest, person: User, reader: UUID) -> HttpResponse:
    """Why there is no mail or no access, on top; below it all that this follows from."""
    now = timezone.now()
    found = finding.reader(uuid=reader)
    finding.note_look(reader=found, by=person, now=now)
    seen = evidence.of(found, for_owner=person.is_owner, now=now)
    context = {
        "seen": seen,
        "reader": found,
        "language_name": dict(settings.LANGUAGES).get(found.language, _("not chosen")),
        "mail": answering.mail(seen),
        "access": answering.access(seen),
        "courses": showing.courses(seen),
        "rights": showing.rights(seen),
        "letters": showing.letters(seen.letters),
        "suppressions": showing.suppressions(seen.suppressions, now),
        "consents": showing.consents(seen),
        "orders": _orders(seen),
        "acts": [(one.at, words.act(one)) for one in seen.acts],
        "can_correct": person.is_owner and not found.is_staff,
    }
    return render(request, "payments/helping/reader.html", context)


def _orders(seen: Seen) -> list[tuple[str, str, str]]:
    """Number, what, and how it stands."""
    return [
        (
            one.number,
            one.offer.product.title,
            money.said(money.STATES, money.standing(one, is_disputed=False)),
        )
        for one in seen.orders
    ]


paths: list[URLPattern] = [
    path("", find, name="find"),
    path("<uuid:reader>/", reader, name="reader"),
]
