"""Who calls the API: by a browser's session, by an app's token for one, or by a machine token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from allauth.headless.contrib.rest_framework.authentication import XSessionTokenAuthentication
from allauth.headless.internal import sessionkit
from allauth.headless.tokens.strategies.sessions import SessionTokenStrategy
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.permissions import BasePermission

from courseapp import logs
from courseapp.accounts import again, lasting, second_step, tokens
from courseapp.api.errors import (
    CsrfFailed,
    MachineTokenFailed,
    MachineTokenNotHere,
    OwnerOnly,
    ScopeMissing,
    StaffOnly,
)

if TYPE_CHECKING:
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

    def authenticate(self, request: Request) -> tuple[User, SessionBase] | None:
        if bearer_of(request) is not None:
            raise MachineTokenNotHere
        if self.get_session_token(request) is None:
            return None
        found = super().authenticate(request)
        if found is None:
            raise exceptions.AuthenticationFailed
        person, session = cast("tuple[User, SessionBase]", found)
        if lasting.is_due(session._session):  # type: ignore[attr-defined]  # Its data, as loaded.
            session.save()
        return person, session

    def get_session_token(self, request: Request) -> str | None:
        """As allauth reads it, without gathering all other headers for it."""
        token: str | None = request.META.get("HTTP_X_SESSION_TOKEN")
        return token

    def authenticate_header(self, request: Request) -> str:
        """What a 401 says of how to sign in."""
        return 'X-Session-Token realm="api"'


def bearer_of(request: Request) -> str | None:
    """What the header ``Authorization: Bearer …`` holds; None without such a header."""
    scheme, _, secret = str(request.META.get("HTTP_AUTHORIZATION", "")).partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else None


def session_of(request: Request) -> SessionBase:
    """The session somebody calls by: an app's, whose token is its key, or the page's."""
    by_app = isinstance(request.auth, SessionBase)
    return cast("SessionBase", request.auth if by_app else request._request.session)


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
            logs.tell("token_refused")
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
        # A body of JSON has no field with the token: it need not be read to know that.
        is_json = request._request.content_type == "application/json"
        try:
            super().enforce_csrf(request._request if is_json else request)
        except exceptions.PermissionDenied as error:
            raise CsrfFailed(
                "With a session, send the cookie csrftoken's value as the header X-CSRFToken."
            ) from error


class IsStaff(BasePermission):
    """Members of the practice who came in with a second step; everybody else gets a reason.

    A machine token has none: whoever made it had to show one, see decision 0028.
    """

    def has_permission(self, request: Request, view: object) -> bool:
        if not request.user.is_authenticated:
            raise exceptions.NotAuthenticated
        if not request.user.is_staff:
            logs.tell("staff_refused", person=request.user)
            raise StaffOnly("Only members of the practice may do this.")
        if request.user.acts_through is None:
            second_step.require(session_of(request), request.user)
        return True


class IsOwner(BasePermission):
    """The owner among them; goes after ``IsStaff``."""

    def has_permission(self, request: Request, view: object) -> bool:
        if not getattr(request.user, "is_owner", False):
            logs.tell("staff_refused", person=cast("User", request.user))
            raise OwnerOnly("Only the owner of the practice may do this.")
        return True


class ShownAgain(BasePermission):
    """Who lately showed who they are, in the session of a page or an app; goes after who it is."""

    def has_permission(self, request: Request, view: object) -> bool:
        again.require(session_of(request), cast("User", request.user))
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
            logs.tell("token_refused", person=token.made_by, scope=scope)
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
