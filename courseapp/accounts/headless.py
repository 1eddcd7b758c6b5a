"""Coming in through the API: the same flow as the pages, in JSON."""

from __future__ import annotations

import json
from contextlib import suppress
from functools import wraps
from typing import TYPE_CHECKING, Any, ClassVar

from allauth.core.exceptions import ReauthenticationRequired
from allauth.core.ratelimit import respond_429
from allauth.headless.account.views import (
    ConfirmLoginCodeView,
    RequestLoginCodeView,
)
from allauth.headless.base.response import ConflictResponse
from allauth.headless.mfa.views import (
    AuthenticateView,
    AuthenticateWebAuthnView,
    LoginWebAuthnView,
    ManageTOTPView,
    ManageWebAuthnView,
    ReauthenticateView,
    ReauthenticateWebAuthnView,
)
from django.http import HttpResponseBadRequest
from django.utils import timezone, translation

from courseapp.accounts import again, codes, entering, passkeys
from courseapp.accounts.forms import (
    AppInput,
    AskCodeInput,
    EnterCodeInput,
    SecondStepAgainInput,
    SecondStepInput,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse, HttpResponseBase

    View = Callable[..., HttpResponseBase]


def of_sane_depth(view: View) -> View:
    """Refuse JSON nested thousands deep: of all broken bodies the one allauth makes a 500 of."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            with suppress(ValueError):  # Any other broken body allauth refuses itself.
                json.loads(request.body or b"{}")
        except RecursionError:
            return HttpResponseBadRequest()
        return view(request, *args, **kwargs)

    return checked


def asked_again(view: Any) -> Any:
    """The view, which answers 401 until it is shown once more who asks: with the ways to do so.

    allauth asks that in some methods only, after looking at what was sent, and never of somebody
    who has neither password nor extra step.
    """

    class Asking(view):  # type: ignore[misc]
        def handle(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not again.is_fresh(request.session, request.user):
                raise ReauthenticationRequired
            response: HttpResponseBase = super().handle(request, *args, **kwargs)
            return response

    return Asking


class SecondStep(AuthenticateView):  # type: ignore[misc]
    """``2fa/authenticate``."""

    input_class = SecondStepInput


class SecondStepAgain(ReauthenticateView):  # type: ignore[misc]
    """``2fa/reauthenticate``."""

    input_class = SecondStepAgainInput


class ByPasskey(LoginWebAuthnView):  # type: ignore[misc]
    """``webauthn/login``."""

    input_class: ClassVar[dict[str, Any]] = {"POST": passkeys.AtTheDoorInput}


class SecondStepByPasskey(AuthenticateWebAuthnView):  # type: ignore[misc]
    """``webauthn/authenticate``."""

    input_class: ClassVar[dict[str, Any]] = {"POST": passkeys.SecondStepInput}


class AgainByPasskey(ReauthenticateWebAuthnView):  # type: ignore[misc]
    """``webauthn/reauthenticate``."""

    input_class: ClassVar[dict[str, Any]] = {"POST": passkeys.AgainInput}


class ManageApp(ManageTOTPView):  # type: ignore[misc]
    """``authenticators/totp``."""

    input_class: ClassVar[dict[str, Any]] = {"POST": AppInput}


class ManagePasskeys(ManageWebAuthnView):  # type: ignore[misc]
    """``authenticators/webauthn``."""

    input_class: ClassVar[dict[str, Any]] = {
        **ManageWebAuthnView.input_class,
        "POST": passkeys.NewInput,
    }


class AskCode(RequestLoginCodeView):  # type: ignore[misc]
    """``code/request``: 401 with the pending step, for every address; 429 when asked too often."""

    input_class = AskCodeInput

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.input._user = entering.account_for(
            email=self.input.cleaned_data["email"],
            language=translation.get_language() or "",
            now=timezone.now(),
        )
        response: HttpResponse = super().post(request, *args, **kwargs)
        codes.forget_soon(request)
        return response

    def handle_invalid_input(self, input: AskCodeInput) -> HttpResponse:  # noqa: A002
        response: HttpResponse = (
            respond_429(self.request) if input.is_too_often else super().handle_invalid_input(input)
        )
        return response


class EnterCode(ConfirmLoginCodeView):  # type: ignore[misc]
    """``code/confirm``: 200 signed in, 400 wrong, 409 nothing to enter, 429 too many guesses."""

    input_class = EnterCodeInput

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        process = codes.pending(request)
        response: HttpResponseBase
        if process is None:
            response = ConflictResponse(request)
        elif request.method == "POST" and not codes.may_guess(request, process):
            response = respond_429(request)
        else:
            response = super().dispatch(request, *args, **kwargs)
        return response
