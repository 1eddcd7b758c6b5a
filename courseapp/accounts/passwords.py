"""Passwords: what is long enough, and a forgotten one replaced by whoever has the mailbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

# Of the site and of what it is about, without blanks; longer ones first, for they hold others.
OUR_WORDS = (
    *("kiezenmethelderheid", "bindingsangst", "courseapp", "ontmaskerd", "helderheid"),
    *("ikkiesjou", "training", "praktijk", "wachtwoord", "password", "relatie", "kiezen"),
    *("cursus", "kiesjou", "beheer", "lezer", "kies"),
)
# So many letters beside them have to be somebody's own.
OWN_LEAST = 6
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


class NotOurWords:
    """A password is not made of the words that stand all over the site, and its name."""

    def validate(self, password: str, user: User | None = None) -> None:
        said = left = "".join(filter(str.isalnum, password.lower()))
        for word in (*_named(), *OUR_WORDS):
            left = left.replace(word, "")
        if left != said and len(left) < OWN_LEAST:
            raise ValidationError(self.get_help_text(), code="password_of_our_words")

    def get_help_text(self) -> str:
        return _("Words that belong to this site are the first that somebody would try.")


def _named() -> list[str]:
    """The practice and the host, as this installation calls them."""
    host = settings.SITE_URL.partition("://")[2].partition(":")[0].partition("/")[0]
    names = [str(settings.PRACTICE.get("name", "")), *host.split(".")]
    found = ("".join(filter(str.isalnum, name.lower())) for name in names)
    return [name for name in found if len(name) > 3]  # noqa: PLR2004 -- "www" and "nl" are no words.


def drop(*, request: HttpRequest, user: User) -> None:
    """Take the password off an account, whose owner just showed otherwise who they are."""
    user.set_unusable_password()
    user.save(update_fields=["password"])
    update_session_auth_hash(request, user)
    # The session has another key now, by which it is listed among the devices.
    UserSession.objects.create_from_request(request)
