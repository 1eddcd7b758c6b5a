"""Where a person is signed in, and which browsers they came in with before."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext

from courseapp.errors import NotFound

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from courseapp.accounts.models import User


# A year after somebody came in with it last, a browser is no longer known.
KNOWN_FOR = 60 * 60 * 24 * 365
SALT = "courseapp.accounts.devices"


def remember(request: HttpRequest, response: HttpResponse, email: str) -> None:
    """Let this browser be known for this address: by a random name, signed, that says neither."""
    name = known(request, email) or secrets.token_urlsafe(12)
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps([name, _mark(email)], salt=SALT),
        max_age=KNOWN_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def known(request: HttpRequest, email: str) -> str:
    """The name of this browser, if the owner of this address came in with it; else empty."""
    try:
        name, mark = signing.loads(
            request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=SALT, max_age=KNOWN_FOR
        )
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    return str(name) if constant_time_compare(mark, _mark(email)) else ""


def _mark(email: str) -> str:
    return salted_hmac(SALT, email, algorithm="sha256").hexdigest()[:32]


class DeviceNotFound(NotFound):
    code = "device_not_found"


def end_one(user: User, number: str) -> None:
    """Sign the person out on one device. Raises ``DeviceNotFound``, for those of others too."""
    found = UserSession.objects.filter(user=user, pk=number if number.isdecimal() else None).first()
    if found is None:
        raise DeviceNotFound(gettext("That device is signed out already."))
    found.end()


def end_all(user: User, *, but: str = "") -> None:
    """Sign the person out everywhere, at once; but for the session with this key."""
    sessions = UserSession.objects.filter(user=user).exclude(session_key=but)
    for session in sessions:
        session.end()
    sessions.delete()
