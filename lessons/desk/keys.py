"""*Sleutels*: the machine tokens that owners make, for programs, and revoke."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from courseapp.accounts import again
from courseapp.accounts import tokens as machine_tokens
from courseapp.accounts.models import MachineToken
from lessons.desk.door import for_owners

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

    from courseapp.accounts.models import User

Scope = MachineToken.Scope
MAY = {
    Scope.READ: gettext_lazy("Read articles, courses, changes and figures"),
    Scope.EDIT: gettext_lazy("Import articles and change lessons, which readers do not see yet"),
    Scope.PUBLISH: gettext_lazy("Publish: what readers see changes at once"),
    Scope.MONEY: gettext_lazy("See orders and who placed them, give money back, give access"),
}
IN_SHORT = {
    Scope.READ: gettext_lazy("read"),
    Scope.EDIT: gettext_lazy("edit"),
    Scope.PUBLISH: gettext_lazy("publish"),
    Scope.MONEY: gettext_lazy("money"),
}


class KeyForm(forms.Form):
    """What a new key is called, and what it may do."""

    name = forms.CharField(
        label=gettext_lazy("What is it for?"),
        max_length=machine_tokens.NAME_MAX,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Give the key a name you will know it by.")},
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What may it do?"),
        choices=list(MAY.items()),
        widget=forms.CheckboxSelectMultiple,
        initial=[Scope.READ],
        error_messages={"required": gettext_lazy("Say what the key may do.")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_owners
@again.asked_again()
def tokens(request: HttpRequest, person: User) -> HttpResponse:
    """The keys there are, and a form for another one."""
    if request.method != "POST":
        return _listed(request, KeyForm())
    form = KeyForm(request.POST)
    if not form.is_valid():
        return _listed(request, form, status=400)
    try:
        token, secret = machine_tokens.make(**form.cleaned_data, by=person, now=timezone.now())
    except machine_tokens.InvalidToken as refusal:
        form.add_error("name", str(refusal))
        return _listed(request, form, status=400)
    # No redirect: the secret would have to be kept somewhere until the next page.
    return render(request, "desk/keys/made.html", {"token": token, "secret": secret})


@require_http_methods(["GET", "HEAD", "POST"])
@for_owners
def revoke(request: HttpRequest, person: User, token: UUID) -> HttpResponse:
    """First what it comes to, then the act itself."""
    row = machine_tokens.get(token=token)
    if request.method != "POST" and row.revoked_at is None:
        return render(request, "desk/keys/revoke.html", {"token": row, "may": _may(row)})
    if row.revoked_at is None:
        machine_tokens.revoke(token=token, by=person, now=timezone.now())
    messages.success(request, _("“%(name)s” is revoked and works no more.") % {"name": row.name})
    return redirect("desk:tokens")


def _listed(request: HttpRequest, form: KeyForm, *, status: int = 200) -> HttpResponse:
    made = [(token, _may(token)) for token in machine_tokens.all_made()]
    context = {"form": form, "keys": made}
    return render(request, "desk/keys/list.html", context, status=status)


def _may(token: MachineToken) -> str:
    return ", ".join(str(word) for scope, word in IN_SHORT.items() if scope in token.scopes)


paths: list[URLPattern] = [
    path("sleutels/", tokens, name="tokens"),
    path("sleutels/<uuid:token>/intrekken/", revoke, name="token_revoke"),
]
