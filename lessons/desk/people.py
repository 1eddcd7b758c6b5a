"""*Mensen*: who works here, for owners. Each change first says on a page what it comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth import logout
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courseapp.accounts import addresses, again, staff
from courseapp.errors import Refused
from lessons.desk.door import for_owners

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

    from courseapp.accounts.models import User

READ_OR_SEND = ["GET", "HEAD", "POST"]


class NotSure(Refused):
    """Whoever takes something away from themselves says that they mean it."""

    code = "not_sure"


@require_safe
@for_owners
def people(request: HttpRequest, person: User) -> HttpResponse:
    """Who works here, what they may do, and whether their account has a second lock."""
    found = staff.colleagues()
    context = {"people": found, "owners": sum(one.is_owner for one in found), "me": person.uuid}
    return render(request, "desk/people/list.html", context)


@require_POST
@for_owners
@again.asked_again(back="desk:people")
def add(request: HttpRequest, person: User) -> HttpResponse:
    """First what it comes to, then (``sure``) the act itself."""
    email = addresses.tidy(request.POST.get("email", ""))
    if not addresses.is_one(email):
        messages.error(request, _("This is not an e-mail address."))
        return redirect("desk:people")
    if "sure" not in request.POST:
        return render(request, "desk/people/add.html", {"email": email})
    staff.appoint(email=email, by=person, now=timezone.now())
    messages.success(
        request,
        _("%(email)s works here now. Tell them: they sign in with a code sent to that address.")
        % {"email": email},
    )
    return redirect("desk:people")


@require_http_methods(READ_OR_SEND)
@for_owners
@again.asked_again()
def promote(request: HttpRequest, person: User, colleague: UUID) -> HttpResponse:
    if request.method != "POST":
        return _ask(request, person, colleague, "desk/people/promote.html")
    found = staff.promote(person=colleague, by=person, now=timezone.now())
    messages.success(request, _("%(email)s is an owner now.") % {"email": found.email})
    return redirect("desk:people")


@require_http_methods(READ_OR_SEND)
@for_owners
@again.asked_again()
def demote(request: HttpRequest, person: User, colleague: UUID) -> HttpResponse:
    if request.method != "POST":
        return _ask(request, person, colleague, "desk/people/demote.html")
    _refuse_unsure(request, person, colleague)
    found = staff.demote(person=colleague, by=person, now=timezone.now())
    if found.pk == person.pk:
        messages.success(request, _("You are no owner any more. You still work here."))
        return redirect("desk:today")
    messages.success(request, _("%(email)s is no owner any more.") % {"email": found.email})
    return redirect("desk:people")


@require_http_methods(READ_OR_SEND)
@for_owners
@again.asked_again()
def dismiss(request: HttpRequest, person: User, colleague: UUID) -> HttpResponse:
    if request.method != "POST":
        return _ask(request, person, colleague, "desk/people/dismiss.html")
    _refuse_unsure(request, person, colleague)
    found = staff.dismiss(person=colleague, by=person, now=timezone.now())
    if found.pk == person.pk:
        logout(request)  # The session is gone already; this gives the browser another.
        messages.success(request, _("You do not work here any more, and you are signed out."))
        return redirect("home")
    messages.success(request, _("%(email)s does not work here any more.") % {"email": found.email})
    return redirect("desk:people")


def _ask(request: HttpRequest, person: User, colleague: UUID, template: str) -> HttpResponse:
    found = staff.colleague(uuid=colleague)
    context = {
        "colleague": found,
        "is_me": found.pk == person.pk,
        "is_last_owner": staff.is_last_owner(found),
    }
    return render(request, template, context)


def _refuse_unsure(request: HttpRequest, person: User, colleague: UUID) -> None:
    if colleague == person.uuid and "sure" not in request.POST:
        raise NotSure(_("This is about yourself: tick that you mean it. Nothing was changed."))


paths: list[URLPattern] = [
    path("mensen/", people, name="people"),
    path("mensen/erbij/", add, name="person_add"),
    path("mensen/<uuid:colleague>/eigenaar/", promote, name="person_promote"),
    path("mensen/<uuid:colleague>/geen-eigenaar/", demote, name="person_demote"),
    path("mensen/<uuid:colleague>/weg/", dismiss, name="person_dismiss"),
]
