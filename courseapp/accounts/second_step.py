"""The second step: an authenticator app or a passkey. Readers may have one, staff have to.

Whoever works here can read who follows what and can change what readers see, so a mailbox or a
password alone opens none of it, whichever way somebody came in. Both doors of the staff, that of
the pages (``lessons.desk.door``) and that of the API (``courseapp.api.sign_in.IsStaff``), ask
``is_shown``, which looks at the session alone. See docs/decisions/0028-staff-come-in-with-two.md.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from allauth.core import context
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext

from courseapp import logs
from courseapp.accounts import devices, shown
from courseapp.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.contrib.sessions.backends.base import SessionBase
    from django.http import HttpRequest, HttpResponse

    from courseapp.accounts.models import User

KINDS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
# What allauth tells the owner of an account when a step is taken off, on every way to do that.
TAKEN_OFF = {"mfa/email/totp_deactivated", "mfa/email/webauthn_removed"}
# A code of an app is right for a minute and a half, so that slow clocks and fingers may be late.
USED_FOR = 120  # seconds
_whose: ContextVar[User | None] = ContextVar("whose", default=None)


class SecondStepMissing(Refused):
    """Somebody of the practice who came in with a mailbox or a password alone."""

    code = "second_step_missing"
    status = 403


class Unreadable(Refused):
    """What this account shares with its app, or its spare codes, cannot be opened here."""

    code = "second_step_unreadable"
    status = 409

    def __init__(self) -> None:
        super().__init__(
            gettext(
                "Codes of your app and spare codes cannot be checked now. That is not because of"
                " you. Use a passkey if you have one, or write to us."
            )
        )


class NobodysSecret(Exception):
    """A secret of a second step was to be sealed or opened, and nobody said whose it is."""


@contextmanager
def of(user: User) -> Iterator[None]:
    """Within it the secrets of second steps are this person's, who need not be in yet."""
    before = _whose.set(user)
    try:
        yield
    finally:
        _whose.reset(before)


def whose() -> User:
    """Whose secrets are sealed and opened here; without ``of`` those of who is in."""
    user: User | None = _whose.get() or getattr(context.request, "user", None)
    if user is None or not user.is_authenticated:
        raise NobodysSecret
    return user


def has(user: User) -> bool:
    """Whether this account has an authenticator app or a passkey."""
    found: bool = Authenticator.objects.filter(user=user, type__in=KINDS).exists()
    return found


def is_shown(session: SessionBase, user: User) -> bool:
    """Whether this person showed a second step in this session."""
    return any(record["method"] == "mfa" for record in shown.records(session, user))


def require(session: SessionBase, user: User) -> None:
    """For where no page can lead anywhere. Raises ``SecondStepMissing``."""
    if not is_shown(session, user):
        logs.tell("second_step_missing", person=user)
        raise SecondStepMissing(gettext("Come in with your second step to do this."))


def lead(request: HttpRequest, user: User) -> HttpResponse:
    """To the page that asks for the second step, or to the one that explains how to get one."""
    logs.tell("second_step_missing", person=user)
    back = request.get_full_path() if request.method in {"GET", "HEAD"} else "/beheer/"
    place = "mfa_reauthenticate" if has(user) else "second_step_needed"
    return HttpResponseRedirect(f"{reverse(place)}?{urlencode({'next': back})}")


def is_first_use(user: User, code: str) -> bool:
    """Whether this code of an app was not used before, while it is right.

    allauth remembers it for half a minute, and takes it for a minute and a half.
    """
    key = f"second_step:{user.pk}:{code}"
    return bool(cache.add(key, 1, timeout=USED_FOR))


def taken_off(request: HttpRequest, user: User) -> None:
    """Without a step left no session counts as opened by one: others end, this one forgets."""
    if has(user):
        return
    shown.forget(request.session, "mfa")
    devices.end_all(user, but=request.session.session_key or "")


def reset(user: User) -> None:
    """For who lost telephone and spare codes: the account has no second step, and is nowhere in."""
    with transaction.atomic():
        Authenticator.objects.filter(user=user).delete()
        devices.end_all(user)
