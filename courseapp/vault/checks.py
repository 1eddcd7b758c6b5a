"""Installations whose keys would not be kept, or would be kept beside what they open."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured

from courseapp.vault import keyring, sealing
from courseapp.vault.router import ALIAS

if TYPE_CHECKING:
    from collections.abc import Iterator

LEAST = 22  # Characters of base64: 128 bits.
WORD = 43  # As many make a key of 32 bytes.
HASHES = (hashlib.sha256, hashlib.blake2b)
MAKE = "2026:$(python3 -c 'import os, base64; print(base64.b64encode(os.urandom(32)).decode())')"


@register(Tags.security)
def vault(**_: object) -> list[CheckMessage]:
    """Usable key-encryption keys; in production, keys in a database of their own."""
    return [*_ring(), *_database()]


def _ring() -> Iterator[CheckMessage]:
    found: dict[str, bytes] = {}
    try:
        found = keyring.read(settings.VAULT_KEYS)
    except keyring.BadKeyring as error:
        hint = f"VAULT_KEYS={MAKE}, the current one first; keep a copy away from this machine."
        yield Error(str(error), hint=hint, id="vault.E001")
    secret = _secret()
    if _stands_in(secret) or not _made_of(secret).isdisjoint(found.values()):
        yield Error(
            "A key of VAULT_KEYS is SECRET_KEY, or made of it: whoever replaces that loses all"
            " texts, and whoever has it opens them.",
            hint=f"VAULT_KEYS={MAKE}",
            id="vault.E004",
        )


def _secret() -> str:
    """``SECRET_KEY``; that there is none, another check says."""
    try:
        return str(settings.SECRET_KEY)
    except ImproperlyConfigured:
        return ""


def _stands_in(secret: str) -> bool:
    """Whether a key stands in the secret as it was written."""
    plain = [word.partition(":")[2].rstrip("=") for word in settings.VAULT_KEYS]
    return any(len(one) >= LEAST and one in secret for one in plain)


def _made_of(secret: str) -> set[bytes]:
    """The keys that somebody would make of a secret who wants no second one."""
    raw = secret.encode()
    return {
        raw[: sealing.KEY],
        raw[-sealing.KEY :],
        raw[: sealing.KEY].ljust(sealing.KEY, b"\0"),
        *(one(raw).digest()[: sealing.KEY] for one in HASHES),
        *(hmac.new(raw, b"", one).digest()[: sealing.KEY] for one in HASHES),
        _decoded(secret),
    }


def _decoded(secret: str) -> bytes:
    """A secret that is base64 itself, as `secrets.token_urlsafe` gives it."""
    plain = secret.rstrip("=")[:WORD]
    try:
        return base64.urlsafe_b64decode(plain + "=" * (-len(plain) % 4))
    except (binascii.Error, ValueError):
        return b""


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
