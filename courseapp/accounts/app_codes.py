"""The codes that authenticator apps show now, for a developer's machine that has none at hand.

It is what the telephone would be, as ``/postvak/`` is the mailbox; shown there, under DEBUG alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from allauth.mfa.utils import decrypt

from courseapp.accounts import second_step

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase


class Shown(NamedTuple):
    """An entry of an app: whose it is (empty for the one being added), and its code."""

    email: str
    code: str


def of_staff(session: SessionBase) -> list[Shown]:
    """The app that this browser is adding, and those of the people who work here."""
    adding = session.get(auth.SECRET_SESSION_KEY)
    held = Authenticator.objects.filter(type=Authenticator.Type.TOTP, user__is_staff=True)
    return [
        *([Shown("", _now(adding))] if adding else []),
        *(
            Shown(one.user.email, _now(_opened(one)))
            for one in held.select_related("user").order_by("user__email")
        ),
    ]


def _opened(app: Authenticator) -> str:
    with second_step.of(app.user):
        return str(decrypt(app.data["secret"]))


def _now(secret: str) -> str:
    _past, now, *_next = auth.yield_hotp_counters_from_time()
    return str(auth.format_hotp_value(auth.hotp_value(secret, now)))
