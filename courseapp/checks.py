"""What an installation must not be started with: each finding says what to set.

Errors stop every command, `manage.py prepare` before any start among them, and the web server;
warnings are for `check --deploy` and for CI. Who the practice is may stand in the database, so that
`preparing` asks.
"""

from __future__ import annotations

import re
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
SECRET_KINDS = 10  # Different characters: of sixty random ones there are some forty.
# A name with a dot, in the letters of an address; what begins with a figure at its end is a number.
HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
ALONE = "It holds for one machine; with several, each would count and ring for itself."


@register(Tags.security)
def production(**_: object) -> list[CheckMessage]:
    """In production: a secret of its own, https, a way to send mail, and no debugging."""
    if not settings.PRODUCTION:
        return []
    return [*_secret(), *_address(), *_mail(), *_several_machines()]


def refuse() -> None:
    """For what starts without a command. Raises ``ImproperlyConfigured`` with all that is wrong."""
    if not settings.PRODUCTION:
        return
    found = [one for one in checks.run_checks(tags=[Tags.security]) if one.is_serious()]
    wrong = [f"{one.msg} {one.hint or ''}".strip() for one in found if not one.is_silenced()]
    if wrong:
        raise ImproperlyConfigured("\n".join(wrong))


@register(Tags.security)
def own_folder(**_: object) -> list[CheckMessage]:
    """Likewise what lies in ``VAR_DIR``: pictures, mail that waits, counters."""
    if not settings.PRODUCTION or settings.VAR_DIR.is_absolute():
        return []
    return [
        Error(
            f"VAR_DIR is {str(settings.VAR_DIR)!r}: another folder wherever a process is started.",
            hint="An absolute path: VAR_DIR=/var/lib/courseapp",
            id="courseapp.E013",
        )
    ]


@register(Tags.security)
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


@register(Tags.security)
def movable_clock(**_: object) -> list[CheckMessage]:
    """A clock that can be set ahead would write to readers too early, and shut what they bought."""
    is_ours = settings.DEBUG and settings.SANDBOX and settings.KEEPS_MAIL
    if settings.CLOCK_FILE is None or (is_ours and not settings.PRODUCTION):
        return []
    return [
        Error(
            "CLOCK_FILE is set where mail, money or readers are real: the clock could be moved.",
            hint="Leave it as settings.py makes it: only beside the mailbox and the test shop.",
            id="courseapp.E009",
        )
    ]


@register(Tags.security)
def import_hosts(**_: object) -> list[CheckMessage]:
    """What is no plain name would open nothing, and nobody would see why."""
    wrong = [host for host in settings.ARTICLE_IMPORT_HOSTS if not HOST.fullmatch(host)]
    return [
        Error(
            f"ARTICLE_IMPORT_HOSTS holds {host!r}, which is no name of a site.",
            hint="The host alone, in small letters, no wildcard: www.example.org,example.org",
            id="courseapp.E012",
        )
        for host in wrong
    ]


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
    elif len(set(settings.SECRET_KEY)) < SECRET_KINDS or "insecure" in settings.SECRET_KEY:
        yield Error(
            "SECRET_KEY is no random text: it could be guessed.",
            hint="python3 -c 'import secrets; print(secrets.token_urlsafe(60))'",
            id="courseapp.E011",
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
    if not settings.SMTP_URL and not settings.MAIL_PROVIDER:
        yield Error(
            "SMTP_URL is empty: nobody could sign in, for codes would go to a folder.",
            hint="SMTP_URL=smtp+tls://user:password@mail.example.org:587",
            id="courseapp.E004",
        )
    if settings.MAIL_PROVIDER and ":" not in settings.MAIL_WEBHOOK_SECRET:
        yield Error(
            "MAIL_WEBHOOK_SECRET is empty: anybody could tell that readers complained.",
            hint="MAIL_WEBHOOK_SECRET=user:a-long-password, and the same at the provider.",
            id="courseapp.E008",
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
    backend = str(settings.CACHES["default"]["BACKEND"])
    if backend.endswith(("LocMemCache", "DummyCache")):
        yield Error(
            "The cache is each process' own: guesses would be counted anew in every one.",
            hint="CACHE_URL=redis://…, or leave it empty for a folder.",
            id="courseapp.E010",
        )
    if settings.ALLAUTH_TRUSTED_PROXY_COUNT < 1:
        yield checks.Warning(
            "TRUSTED_PROXIES is 0, but production stands behind a proxy: to the site every"
            " visitor comes from that one, and all of them together have the limit of one.",
            hint="As many as stand between the internet and the site: TRUSTED_PROXIES=1",
            id="courseapp.W003",
        )
    if not backend.endswith("RedisCache"):
        yield checks.Warning(
            f"CACHE_URL is empty: rate limits are counted in a folder. {ALONE}",
            hint="CACHE_URL=redis://…, or silence this warning.",
            id="courseapp.W002",
        )
