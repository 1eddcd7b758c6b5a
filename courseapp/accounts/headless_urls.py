"""The part of allauth's headless API the project offers, for apps, under ``/_allauth/app/v1/``.

Left out: signing up (asking for a code is signing up), password reset (a code is enough), telephone
numbers, and the browser client (the pages are the browser's).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.headless.account import views as account
from allauth.headless.base import views as base
from allauth.headless.constants import Client
from allauth.headless.mfa import views as mfa
from allauth.headless.usersessions import views as usersessions
from django.urls import URLPattern, include, path

from courseapp.accounts import headless

if TYPE_CHECKING:
    from django.urls import URLResolver


def _path(route: str, view: Any, name: str) -> URLPattern:
    called = headless.of_sane_depth(view.as_api_view(client=Client.APP))
    pattern: URLPattern = path(route, called, name=name)
    return pattern


app_name = "headless"
_auth = [
    _path("session", account.SessionView, "current_session"),
    _path("sessions", usersessions.SessionsView, "sessions"),
    _path("code/request", headless.AskCode, "request_login_code"),
    _path("code/confirm", headless.EnterCode, "confirm_login_code"),
    _path("login", account.LoginView, "login"),
    _path("email/verify", account.VerifyEmailView, "verify_email"),
    _path("reauthenticate", account.ReauthenticateView, "reauthenticate"),
    _path("2fa/authenticate", headless.SecondStep, "mfa_authenticate"),
    _path("2fa/reauthenticate", headless.SecondStepAgain, "mfa_reauthenticate"),
    _path("webauthn/login", headless.ByPasskey, "login_webauthn"),
    _path("webauthn/authenticate", headless.SecondStepByPasskey, "authenticate_webauthn"),
    _path("webauthn/reauthenticate", headless.AgainByPasskey, "reauthenticate_webauthn"),
]
# The locks of an account: shown, changed and taken away only after asking who is there.
_locks = [
    ("email", account.ManageEmailView, "manage_email"),
    ("password/change", account.ChangePasswordView, "change_password"),
    ("authenticators/totp", headless.ManageApp, "manage_totp"),
    ("authenticators/recovery-codes", mfa.ManageRecoveryCodesView, "manage_recovery_codes"),
    ("authenticators/webauthn", headless.ManagePasskeys, "manage_webauthn"),
]
_account = [
    _path("authenticators", mfa.AuthenticatorsView, "authenticators"),
    *(_path(route, headless.asked_again(view), name) for route, view, name in _locks),
]
urlpatterns: list[URLPattern | URLResolver] = [
    _path("app/v1/config", base.ConfigView, "config"),
    path("app/v1/auth/", include(_auth)),
    path("app/v1/account/", include(_account)),
]
