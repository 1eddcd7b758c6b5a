"""What an installation must not be started with: each finding says what to set.

Errors stop every command, `manage.py prepare` before any start among them; warnings are for
`check --deploy` and for CI.
"""

from __future__ import annotations

from email.utils import parseaddr
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET_LEAST = 50
ALONE = "It holds for one machine; with several, each would count and ring for itself."


@register(Tags.security)
def production(**_: object) -> list[CheckMessage]:
    """In production: a secret of its own, https, a way to send mail, and no debugging."""
    if not settings.PRODUCTION:
        return []
    return [*_secret(), *_address(), *_mail(), *_several_machines()]


@register(Tags.database)
def database_path(**_: object) -> list[CheckMessage]:
    """A relative path would be another database for each folder a process is started from."""
    url = settings.DATABASE_URL
    if url.startswith("sqlite:") and settings.PRODUCTION:
        path = Path(str(settings.DATABASES["default"]["NAME"]))
        if not url.startswith("sqlite:////") or not path.is_absolute():
            return [
                Error(
                    "In production the SQLite file has a relative path.",
                    hint="Four slashes: DATABASE_URL=sqlite:////var/lib/courseapp/db.sqlite3",
                    id="courseapp.E006",
                )
            ]
    return []


def _secret() -> Iterator[CheckMessage]:
    try:
        length = len(settings.SECRET_KEY)
    except ImproperlyConfigured:
        length = 0
    if length < SECRET_LEAST:
        yield Error(
            f"SECRET_KEY has {length} characters; production needs {SECRET_LEAST} or more.",
            hint="python3 -c 'import secrets; print(secrets.token_urlsafe(60))'",
            id="courseapp.E001",
        )
    if settings.DEBUG:
        yield Error(
            "DEBUG is on in production: error pages would show settings and readers' data.",
            hint="Set DEBUG=0, or leave it out.",
            id="courseapp.E002",
        )


def _address() -> Iterator[CheckMessage]:
    if not settings.SITE_URL.startswith("https://"):
        yield Error(
            f"SITE_URL is {settings.SITE_URL}; in production it starts with https://.",
            hint="It stands in every mail: SITE_URL=https://cursus.example.org",
            id="courseapp.E003",
        )
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        yield Error(
            "ALLOWED_HOSTS names no hosts, or all of them.",
            hint="The host of SITE_URL: ALLOWED_HOSTS=cursus.example.org",
            id="courseapp.E007",
        )


def _mail() -> Iterator[CheckMessage]:
    if not settings.SMTP_URL:
        yield Error(
            "SMTP_URL is empty: nobody could sign in, for codes would go to a folder.",
            hint="SMTP_URL=smtp+tls://user:password@mail.example.org:587",
            id="courseapp.E004",
        )
    _name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    host = address.rpartition("@")[2]
    if "." not in host or host.endswith((".localhost", ".local")):
        yield Error(
            f"MAIL_FROM is {settings.DEFAULT_FROM_EMAIL!r}: no mail server takes mail from there.",
            hint="MAIL_FROM=Ik kies jou <post@example.org>",
            id="courseapp.E005",
        )


def _several_machines() -> Iterator[CheckMessage]:
    if settings.BROKER_URL.startswith("spool:"):
        yield checks.Warning(
            f"BROKER_URL is a folder of this machine. {ALONE}",
            hint="BROKER_URL=redis://…, or silence this warning.",
            id="courseapp.W001",
        )
    if not str(settings.CACHES["default"]["BACKEND"]).endswith("RedisCache"):
        yield checks.Warning(
            f"CACHE_URL is empty: rate limits are counted in a folder. {ALONE}",
            hint="CACHE_URL=redis://…, or silence this warning.",
            id="courseapp.W002",
        )
