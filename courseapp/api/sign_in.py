"""Who calls the API: by a browser's session, by an app's token for one, or by a machine token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from allauth.headless.contrib.rest_framework.authentication import XSessionTokenAuthentication
from allauth.headless.internal import sessionkit
from allauth.headless.tokens.strategies.sessions import SessionTokenStrategy
from django.conf import settings
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.permissions import BasePermission

from courseapp.accounts import tokens
from courseapp.api.errors import (
    CsrfFailed,
    MachineTokenFailed,
    MachineTokenNotHere,
    ScopeMissing,
    StaffOnly,
)

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase
    from rest_framework.request import Request

    from courseapp.accounts.models import MachineToken, User


class SessionToken(SessionTokenStrategy):  # type: ignore[misc]  # allauth ships no types.
    """An app's token is the key of its session, as allauth has it; looked up in one statement."""

    def lookup_session(self, session_token: str) -> SessionBase | None:
        found: SessionBase | None = sessionkit.lookup_session(session_token)
        return found


class ByToken(XSessionTokenAuthentication):  # type: ignore[misc]  # allauth ships no types.
    """``X-Session-Token``, as allauth's headless sign-in gives it to an app.

    A token that is given and does not hold is an error, never a silent visitor: an app with an old
    token would otherwise show a reader an outline without their progress.
    """

    def authenticate(self, request: Request) -> tuple[User, object] | None:
        if bearer_of(request) is not None:
            raise MachineTokenNotHere
        if self.get_session_token(request) is None:
            return None
        found = super().authenticate(request)
        if found is None:
            raise exceptions.AuthenticationFailed
        return cast("tuple[User, object]", found)

    def authenticate_header(self, request: Request) -> str:
        """What a 401 says of how to sign in."""
        return 'X-Session-Token realm="api"'


def bearer_of(request: Request) -> str | None:
    """What the header ``Authorization: Bearer …`` holds; None without such a header."""
    scheme, _, secret = str(request.META.get("HTTP_AUTHORIZATION", "")).partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else None


class ByMachineToken(BaseAuthentication):
    """``Authorization: Bearer …``: a program that acts for the member of staff who made its token.

    Like the app's token, one that does not hold is an error, whoever else the request may be from.
    """

    def authenticate(self, request: Request) -> tuple[User, MachineToken] | None:
        secret = bearer_of(request)
        if secret is None:
            return None
        token = tokens.find(secret=secret, now=timezone.now())
        if token is None:
            raise MachineTokenFailed
        person = token.made_by
        person.acts_through = token  # type: ignore[misc]  # None on the class, said here.
        return person, token

    def authenticate_header(self, request: Request) -> str:
        """What a 401 says of how to sign in."""
        return 'Bearer realm="staff", X-Session-Token realm="api"'


class BySession(SessionAuthentication):
    """The session of a page; writing takes its CSRF token too."""

    def enforce_csrf(self, request: Any) -> None:
        try:
            super().enforce_csrf(request)
        except exceptions.PermissionDenied as error:
            raise CsrfFailed(
                "With a session, send the cookie csrftoken's value as the header X-CSRFToken."
            ) from error


class IsStaff(BasePermission):
    """Members of the practice; everybody else who is signed in gets a reason."""

    def has_permission(self, request: Request, view: object) -> bool:
        if not request.user.is_authenticated:
            raise exceptions.NotAuthenticated
        if not request.user.is_staff:
            raise StaffOnly("Only members of the practice may do this.")
        return True


class HasScope(BasePermission):
    """What a machine token may do is what its scopes say; a person's session has no such limit.

    Each method names the scope it takes (see ``schema.describe``); one that names none is closed.
    """

    def has_permission(self, request: Request, view: object) -> bool:
        token = getattr(request.user, "acts_through", None)
        if token is None:
            return True
        scope = str(getattr(getattr(view, str(request.method).lower()), "scope", "none"))
        if scope not in token.scopes:
            raise ScopeMissing(f"This takes a machine token with the scope “{scope}”.", scope)
        return True


class MachineScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the documentation tells it."""

    target_class = ByMachineToken
    name = "machine"

    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[str]]:
        """Which scope the operation takes, beside the name of the scheme."""
        handler = getattr(auto_schema.view, auto_schema.method.lower())
        return {"machine": [handler.scope]}

    def get_security_definition(self, auto_schema: object) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A machine token that an owner made at /beheer/sleutels/, with scopes.",
        }


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the documentation tells it."""

    target_class = ByToken
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "X-Session-Token",
            "description": "The session token that signing in at /_allauth/app/v1/ gives an app.",
        }


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the documentation tells it."""

    target_class = BySession
    name = "session"

    def get_security_definition(self, auto_schema: object) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": "The session of the site. Writes also need the header X-CSRFToken.",
        }
