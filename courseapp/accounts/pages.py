"""The pages of coming in and of the account; allauth's views with our one flow in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.stages import LoginByCodeStage
from allauth.account.utils import passthrough_next_redirect_url
from allauth.account.views import (
    BaseReauthenticateView,
    ConfirmLoginCodeView,
    LogoutView,
    RequestLoginCodeView,
    password_change,
)
from allauth.core.ratelimit import respond_429
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, ReauthenticateWebAuthnView
from allauth.usersessions.views import ListUserSessionsView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.views import i18n
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courseapp import browser, logs
from courseapp.accounts import again, codes, devices, entering, language, passwords, second_step
from courseapp.accounts.forms import AgainForm, AskCodeForm, SettingsForm
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


@method_decorator(login_required, name="dispatch")
class AgainByCode(BaseReauthenticateView):  # type: ignore[misc]
    """``/account/bevestigen/mail/``: a code by mail, for who has nothing else to show.

    Looking at the page sends nothing: browsers fetch pages that nobody asked for.
    """

    template_name = "account/again.html"
    form_class = AgainForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "ask" in request.POST:
            again.send_code(request, person(request))
            return redirect(self.passthrough_next_url(reverse("again_code")))
        response: HttpResponse = super().post(request, *args, **kwargs)
        return response

    def form_valid(self, form: AgainForm) -> HttpResponse:
        response: HttpResponse
        if again.enter_code(self.request, person(self.request), form.cleaned_data["code"]):
            response = super().form_valid(form)
        elif again.awaits_code(self.request):
            form.add_error(
                "code", gettext("This code is not right. Use the code of the last mail.")
            )
            response = self.form_invalid(form)
        else:
            messages.error(
                self.request, gettext("This code is used or too old. Ask for a new one.")
            )
            response = redirect(self.passthrough_next_url(reverse("again_code")))
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "awaits_code": again.awaits_code(self.request)}


@method_decorator(login_required, name="dispatch")
class AgainByPasskey(ReauthenticateWebAuthnView):  # type: ignore[misc]
    """``/account/bevestigen/passkey/``: who is refused may try once more, and keeps the way on."""

    def form_invalid(self, form: Any) -> HttpResponse:
        super().form_invalid(form)
        return redirect(self.passthrough_next_url(reverse("mfa_reauthenticate_webauthn")))


class AddApp(ActivateTOTPView):  # type: ignore[misc]
    """``/account/extra/app/aan/``: whoever adds an app has just shown a code of it."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        _shown(self.request, Authenticator.Type.TOTP)
        return response


class AddPasskey(AddWebAuthnView):  # type: ignore[misc]
    """``/account/passkeys/nieuw/``: likewise."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        _shown(self.request, Authenticator.Type.WEBAUTHN)
        return response


class SignOut(LogoutView):  # type: ignore[misc]
    """``/uitloggen/``: whoever uses this browser next finds nothing of what was read."""

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.request.user.is_authenticated:
            logs.tell("signed_out", person=person(self.request))
        response: HttpResponse = super().post(*args, **kwargs)
        response["Clear-Site-Data"] = browser.FORGET_ALL
        return response


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
def change_password(request: HttpRequest) -> HttpResponseBase:
    """``/account/wachtwoord/``: the form asks for the old one, which an extra step is more than."""
    strong = second_step.has(person(request))
    view = again.asked_again()(password_change) if strong else password_change
    response: HttpResponseBase = view(request)
    return response


@login_required
@require_POST
@again.asked_again(back="account_change_password")
def drop_password(request: HttpRequest) -> HttpResponse:
    """``/account/wachtwoord/vergeten/``: on to a new one, for who shows otherwise who they are."""
    passwords.drop(request=request, user=person(request))
    return redirect("account_set_password")


class Devices(ListUserSessionsView):  # type: ignore[misc]
    """``/account/apparaten/``: where a person is signed in; one of them ended, or all others."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "end" in request.POST:
            devices.end_one(person(request), request.POST["end"])
            messages.success(request, gettext("That device is signed out."))
            return redirect("usersessions_list")
        response: HttpResponse = super().post(request, *args, **kwargs)
        return response


@login_required
@require_safe
def second_step_needed(request: HttpRequest) -> HttpResponseBase:
    """``/account/tweede-slot/``: where staff without a second step are led."""
    mailbox = reverse("mailbox") if settings.DEBUG else ""
    return render(request, "account/second_step_needed.html", {"debug_codes": mailbox})


def _shown(request: HttpRequest, kind: str) -> None:
    found = Authenticator.objects.filter(user=person(request), type=kind).latest("pk")
    again.shown_second_step(request, person(request), found)


def person(request: HttpRequest) -> User:
    """Who is signed in; the views above let nobody else in."""
    assert isinstance(request.user, User)  # noqa: S101 -- tells mypy what login_required saw to.
    return request.user
