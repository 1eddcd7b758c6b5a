"""The language somebody chose: on the account, and in a cookie that every page reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from courseapp.accounts.models import User

if TYPE_CHECKING:
    from django.http import HttpResponse


def is_offered(language: str) -> bool:
    return language in dict(settings.LANGUAGES)


def prefer(*, user: User, language: str) -> None:
    """Keep the choice on the account, for the mails and for other browsers."""
    User.objects.filter(pk=user.pk).update(language=language)


def remember(response: HttpResponse, language: str) -> None:
    """Keep the choice in this browser."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )
