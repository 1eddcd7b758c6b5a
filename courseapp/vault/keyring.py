"""The key-encryption keys: they wrap readers' keys and seal small secrets, and lie in no database.

``VAULT_KEYS`` names them, ``2026:…,2025:…``; each is 32 random bytes in base64. The first is the
current one, which wraps; the others only unwrap, until `manage.py rotate_keys` is through.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from courseapp.vault import sealing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

NAME = re.compile(r"[A-Za-z0-9._-]{1,32}")


class BadKeyring(Exception):
    """``VAULT_KEYS`` is not what it has to be; the message says what, and shows no key."""


class UnknownKey(Exception):
    """Something was wrapped or sealed by a key-encryption key that is not in ``VAULT_KEYS``."""


@dataclass(frozen=True)
class Keyring:
    """Name to key; ``current`` is the one that wraps."""

    current: str
    keys: dict[str, AESGCM] = field(repr=False)

    def wrap(self, data_key: bytes, *, generation: int, owner: UUID) -> bytes:
        """Wrapped by the current key, whose name is to be kept beside it."""
        by = self.keys[self.current]
        return sealing.wrap(data_key, by=by, name=self.current, generation=generation, owner=owner)

    def unwrap(self, wrapped: bytes, *, name: str, generation: int, owner: UUID) -> AESGCM:
        """Raises ``UnknownKey`` and ``sealing.Refuses``."""
        return AESGCM(self._opened(wrapped, name=name, generation=generation, owner=owner))

    def rewrap(self, wrapped: bytes, *, name: str, generation: int, owner: UUID) -> bytes:
        """From the key of this name to the current one; raises like ``unwrap``."""
        data_key = self._opened(wrapped, name=name, generation=generation, owner=owner)
        return self.wrap(data_key, generation=generation, owner=owner)

    def seal(self, secret: bytes, *, purpose: str, owner: UUID) -> bytes:
        """A short secret, sealed by the current key, whose name is to be kept beside it."""
        by = self.keys[self.current]
        return sealing.seal_small(secret, by=by, name=self.current, purpose=purpose, owner=owner)

    def unseal(self, sealed: bytes, *, name: str, purpose: str, owner: UUID) -> bytes:
        """Raises ``UnknownKey`` and ``sealing.Refuses``."""
        by = self._called(name)
        return sealing.unseal_small(sealed, by=by, name=name, purpose=purpose, owner=owner)

    def _opened(self, wrapped: bytes, *, name: str, generation: int, owner: UUID) -> bytes:
        by = self._called(name)
        return sealing.unwrap(wrapped, by=by, name=name, generation=generation, owner=owner)

    def _called(self, name: str) -> AESGCM:
        if name not in self.keys:
            raise UnknownKey(name)
        return self.keys[name]


def parsed(words: Sequence[str]) -> Keyring:
    """The keys of ``name:base64`` words; raises ``BadKeyring``."""
    found = read(words)
    keys = {name: AESGCM(value) for name, value in found.items()}
    return Keyring(current=next(iter(keys)), keys=keys)


def read(words: Sequence[str]) -> dict[str, bytes]:
    """Their bytes by their names, for checks; raises ``BadKeyring``."""
    found: dict[str, bytes] = {}
    for number, word in enumerate(words, start=1):
        name, _sign, value = word.partition(":")
        if not NAME.fullmatch(name):
            raise BadKeyring(f"Key {number} of VAULT_KEYS has no name of letters and figures.")
        if name in found:
            raise BadKeyring(f"VAULT_KEYS names {name} twice.")
        found[name] = _bytes(name, value)
    if not found:
        raise BadKeyring("VAULT_KEYS is empty: readers' keys could not be kept.")
    if len(set(found.values())) < len(found):
        raise BadKeyring("VAULT_KEYS has one key under two names: that is no rotation.")
    return found


def ours() -> Keyring:
    """The keys of this installation; raises ``BadKeyring``."""
    return _parsed_once(tuple(settings.VAULT_KEYS))


def new_data_key() -> bytes:
    """A key for a reader, from the system's source of randomness."""
    return os.urandom(sealing.KEY)


@lru_cache(maxsize=4)
def _parsed_once(words: tuple[str, ...]) -> Keyring:
    return parsed(words)


def _bytes(name: str, value: str) -> bytes:
    """From either alphabet of base64, with or without its signs at the end."""
    plain = value.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        key = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise BadKeyring(f"Key {name} of VAULT_KEYS is not base64.") from None
    if len(key) != sealing.KEY:
        raise BadKeyring(f"Key {name} of VAULT_KEYS has {len(key)} bytes; it takes {sealing.KEY}.")
    if len(set(key)) < sealing.KEY // 4:
        raise BadKeyring(f"Key {name} of VAULT_KEYS is not random: one byte repeats too often.")
    # Of random bytes one key in a hundred million million is.
    if key.isascii() and key.decode().isprintable():
        raise BadKeyring(f"Key {name} of VAULT_KEYS is not random: it is text in base64.")
    return key
