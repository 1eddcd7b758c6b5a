"""The pages of coming in and of the account; allauth's views with our one flow in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.stages import LoginByCodeStage
from allauth.account.utils import passthrough_next_redirect_url
from allauth.account.views import ConfirmLoginCodeView, RequestLoginCodeView
from allauth.core.ratelimit import respond_429
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.views import i18n
from django.views.decorators.http import require_http_methods, require_POST

from courseapp.accounts import codes, entering, language, passwords
from courseapp.accounts.forms import AskCodeForm, SettingsForm
from courseapp.accounts.models import User

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse, HttpResponseBase


class AskCode(RequestLoginCodeView):  # type: ignore[misc]
    """``/inloggen/``: one field; the same answer for every address."""

    def form_valid(self, form: AskCodeForm) -> HttpResponse:
        form._user = entering.account_for(
            email=form.cleaned_data["email"],
            language=translation.get_language() or "",
            now=timezone.now(),
        )
        response: HttpResponse = super().form_valid(form)
        codes.forget_soon(self.request)
        return response

    def form_invalid(self, form: AskCodeForm) -> HttpResponse:
        response: HttpResponse = (
            respond_429(self.request) if form.is_too_often else super().form_invalid(form)
        )
        return response

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: Any) -> HttpResponse | None:
        """Somebody with a code under way may ask for another, or correct the address."""
        if stage.key == LoginByCodeStage.key:
            return None
        response: HttpResponse = super()._redirect_to_pending_stage(request, stage)
        return response


class EnterCode(ConfirmLoginCodeView):  # type: ignore[misc]
    """``/inloggen/code/``: the code, and on to where the person was going."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_anonymous:
            process = codes.pending(request)
            if process is None:
                return self._again(request)
            if request.method == "POST" and not codes.may_guess(request, process):
                response: HttpResponse = respond_429(request)
                return response
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def form_invalid(self, form: Any) -> HttpResponse:
        """After the last wrong code allauth sends back to the start; the way on goes along."""
        response: HttpResponse = super().form_invalid(form)
        if response.status_code == 302:  # noqa: PLR2004
            return redirect(self._start(self.request))
        return response

    def _again(self, request: HttpRequest) -> HttpResponse:
        """There is no code to enter: it is used or too old, or the account is gone."""
        if request.method == "POST":
            messages.error(request, gettext("This code is used or too old. Ask for a new one."))
        return redirect(self._start(request))

    @staticmethod
    def _start(request: HttpRequest) -> str:
        start: str = passthrough_next_redirect_url(
            request, reverse("account_request_login_code"), "next"
        )
        return start


@require_POST
def set_language(request: HttpRequest) -> HttpResponseBase:
    """``/taal/``: for this browser, and for the account of who is signed in."""
    chosen = request.POST.get("language", "")
    if isinstance(request.user, User) and language.is_offered(chosen):
        language.prefer(user=request.user, language=chosen)
    return i18n.set_language(request)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponseBase:
    """``/account/instellingen/``: language, clock, and the ways to everything else."""
    form = SettingsForm(request.POST or None, instance=person(request))
    if not (request.method == "POST" and form.is_valid()):
        return render(request, "account/settings.html", {"form": form})
    user = form.save()
    with translation.override(user.language):
        messages.success(request, gettext("Your choices are saved."))
    response = redirect("account_settings")
    language.remember(response, user.language)
    return response


@login_required
@require_POST
def drop_password(request: HttpRequest) -> HttpResponse:
    """``/account/wachtwoord/vergeten/``: on to a new one, for who just came in by a code."""
    passwords.drop(request=request, user=person(request))
    return redirect("account_set_password")


def person(request: HttpRequest) -> User:
    """Who is signed in; the views above let nobody else in."""
    assert isinstance(request.user, User)  # noqa: S101 -- tells mypy what login_required saw to.
    return request.user
