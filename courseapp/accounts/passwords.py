"""Passwords: what is long enough, and a forgotten one replaced by whoever has the mailbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import gettext, ngettext

from courseapp.accounts import codes
from courseapp.errors import Refused

if TYPE_CHECKING:
    from django.http import HttpRequest

    from courseapp.accounts.models import User


class LongEnough(MinimumLengthValidator):
    """Django's own rule in our words: Django 5.2 says it in English only."""

    def get_error_message(self) -> str:
        return ngettext(
            "This password is too short. Take at least %(n)s character.",
            "This password is too short. Take at least %(n)s characters.",
            self.min_length,
        ) % {"n": self.min_length}


class NotFresh(Refused):
    """The mailbox was shown too long ago to let it replace a password."""

    code = "sign_in_again"
    status = 403


def drop(*, request: HttpRequest, user: User) -> None:
    """Take the password off an account whose owner entered a code in the last ten minutes.

    An open browser alone is not enough: somebody else may be sitting at it.
    """
    if not codes.entered_lately(request, user):
        raise NotFresh(gettext("Sign out, come back with a code by mail, and try again."))
    user.set_unusable_password()
    user.save(update_fields=["password"])
    update_session_auth_hash(request, user)
