"""Sealing bytes so that they open nowhere but where they were sealed; pure.

A sealed text is ``version (1) | generation (2) | nonce (12) | ciphertext | tag (16)``, in bytes.
The cipher is AES-256-GCM (NIST SP 800-38D); what it belongs to goes in as associated data, so that
a text that was moved, changed or cut does not open. Before that its length is rounded up to a step,
for a short "ja" and a long doubt should not be told apart by their size.

A nonce is random. That is safe for some four thousand million texts under one key (SP 800-38D,
8.3); a key here is one reader's.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag

if TYPE_CHECKING:
    from uuid import UUID

    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = 1
KEY = 32  # Bytes.
NONCE = 12
TAG = 16
HEAD = 1 + 2
LENGTH = 4  # Before the text: how many of the bytes that follow are text.
STEP = 256
# As many as two bytes can tell apart.
MOST_GENERATIONS = 2**16 - 1
# What a text is longer by when sealed, besides being rounded up.
EXTRA = HEAD + NONCE + LENGTH + TAG
TEXT, DATA_KEY = b"courseapp text", b"courseapp data key"
SMALL = b"courseapp small secret"


class Refuses(Exception):
    """These bytes do not open here: changed, cut, moved, or sealed under another key."""


@dataclass(frozen=True)
class Place:
    """Where a text lies: ``lessons.Answer``, ``text``, and the id of its row.

    The id has to be known before the row is written (a UUID made by us), and must never change.
    """

    model: str
    field: str
    row: UUID


def seal(text: bytes, *, key: AESGCM, generation: int, place: Place, owner: UUID) -> bytes:
    """The text, to be opened again with this key, in this place, for this owner only."""
    nonce = os.urandom(NONCE)
    bound = _text_bound(generation=generation, place=place, owner=owner)
    return head(generation) + nonce + key.encrypt(nonce, padded(text), bound)


def unseal(sealed: bytes, *, key: AESGCM, place: Place, owner: UUID) -> bytes:
    """What was sealed; raises ``Refuses`` and tells nothing of it otherwise."""
    bound = _text_bound(generation=generation_of(sealed), place=place, owner=owner)
    return unpadded(_opened(sealed[HEAD:], key=key, bound=bound))


def head(generation: int) -> bytes:
    return bytes([VERSION]) + generation.to_bytes(2, "big")


def generation_of(sealed: bytes) -> int:
    """Which of its owner's keys a text was sealed with; not to be believed before it opens.

    Raises ``Refuses`` for what no text of ours looks like.
    """
    if len(sealed) < HEAD + NONCE + TAG or sealed[0] != VERSION:
        raise Refuses
    return int.from_bytes(sealed[1:HEAD], "big")


def wrap(data_key: bytes, *, by: AESGCM, name: str, generation: int, owner: UUID) -> bytes:
    """A reader's key, sealed by the key-encryption key of this name."""
    nonce = os.urandom(NONCE)
    bound = _key_bound(name=name, generation=generation, owner=owner)
    return nonce + by.encrypt(nonce, data_key, bound)


def unwrap(wrapped: bytes, *, by: AESGCM, name: str, generation: int, owner: UUID) -> bytes:
    """A reader's key; raises ``Refuses``."""
    bound = _key_bound(name=name, generation=generation, owner=owner)
    opened = _opened(wrapped, key=by, bound=bound)
    if len(opened) != KEY:
        raise Refuses
    return opened


def seal_small(secret: bytes, *, by: AESGCM, name: str, purpose: str, owner: UUID) -> bytes:
    """A short secret of this owner's, by the key-encryption key of this name, for one purpose."""
    nonce = os.urandom(NONCE)
    return nonce + by.encrypt(nonce, secret, _small_bound(name, purpose, owner))


def unseal_small(sealed: bytes, *, by: AESGCM, name: str, purpose: str, owner: UUID) -> bytes:
    """Raises ``Refuses``."""
    return _opened(sealed, key=by, bound=_small_bound(name, purpose, owner))


def padded(text: bytes) -> bytes:
    """Its length, the text, and zeros up to a whole number of steps."""
    framed = len(text).to_bytes(LENGTH, "big") + text
    return framed + bytes(-len(framed) % STEP)


def unpadded(framed: bytes) -> bytes:
    length = int.from_bytes(framed[:LENGTH], "big")
    if len(framed) < LENGTH or padded(framed[LENGTH : LENGTH + length]) != framed:
        raise Refuses
    return framed[LENGTH : LENGTH + length]


def _opened(sealed: bytes, *, key: AESGCM, bound: bytes) -> bytes:
    if len(sealed) < NONCE + TAG:
        raise Refuses
    try:
        return key.decrypt(sealed[:NONCE], sealed[NONCE:], bound)
    except InvalidTag:
        raise Refuses from None


def _text_bound(*, generation: int, place: Place, owner: UUID) -> bytes:
    return joined(
        TEXT,
        head(generation),
        place.model.encode(),
        place.field.encode(),
        place.row.bytes,
        owner.bytes,
    )


def _key_bound(*, name: str, generation: int, owner: UUID) -> bytes:
    return joined(DATA_KEY, head(generation), name.encode(), owner.bytes)


def _small_bound(name: str, purpose: str, owner: UUID) -> bytes:
    return joined(SMALL, bytes([VERSION]), purpose.encode(), name.encode(), owner.bytes)


def joined(*parts: bytes) -> bytes:
    """Parts, each behind its length: two different lists never give the same bytes."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
