"""Installations whose keys would not be kept, or would be kept beside what they open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from courseapp.vault import keyring
from courseapp.vault.router import ALIAS

if TYPE_CHECKING:
    from collections.abc import Iterator

MAKE = "2026:$(python3 -c 'import os, base64; print(base64.b64encode(os.urandom(32)).decode())')"


@register(Tags.security)
def vault(**_: object) -> list[CheckMessage]:
    """Usable key-encryption keys; in production, keys in a database of their own."""
    return [*_ring(), *_database()]


def _ring() -> Iterator[CheckMessage]:
    try:
        keyring.parsed(settings.VAULT_KEYS)
    except keyring.BadKeyring as error:
        hint = f"VAULT_KEYS={MAKE}, the current one first; keep a copy away from this machine."
        yield Error(str(error), hint=hint, id="vault.E001")
    if settings.SECRET_KEY in {word.partition(":")[2] for word in settings.VAULT_KEYS}:
        yield Error(
            "A key of VAULT_KEYS is SECRET_KEY: whoever replaces that loses all texts.",
            hint=f"VAULT_KEYS={MAKE}",
            id="vault.E004",
        )


def _database() -> Iterator[CheckMessage]:
    if settings.PRODUCTION and not settings.KEYS_DATABASE_URL:
        yield Error(
            "KEYS_DATABASE_URL is empty: readers' keys need a database, and backups, of their own.",
            hint="KEYS_DATABASE_URL=postgres://courseapp@127.0.0.1:5432/courseapp_keys",
            id="vault.E002",
        )
    elif _where(ALIAS) == _where("default"):
        yield Error(
            "KEYS_DATABASE_URL is DATABASE_URL: one backup would hold the texts and their keys.",
            hint="Name another database; on PostgreSQL it may be on the same server.",
            id="vault.E003",
        )
    elif settings.PRODUCTION and _is_relative_file():
        yield Error(
            "In production the SQLite file of keys has a relative path.",
            hint="Four slashes: KEYS_DATABASE_URL=sqlite:////var/lib/courseapp-keys/keys.sqlite3",
            id="vault.E005",
        )


def _is_relative_file() -> bool:
    url, path = settings.KEYS_DATABASE_URL, Path(str(settings.DATABASES[ALIAS]["NAME"]))
    is_absolute = url.startswith("sqlite:////") and path.is_absolute()
    return url.startswith("sqlite:") and not is_absolute


def _where(alias: str) -> tuple[Any, ...]:
    found = settings.DATABASES[alias]
    return tuple(str(found.get(name, "")) for name in ("ENGINE", "HOST", "PORT", "NAME"))
