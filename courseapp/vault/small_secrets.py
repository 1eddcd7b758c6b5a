"""Short secrets of people that the site has to open before they are in: under the ring's own keys.

A reader's key is asked of another database, and opens what that reader wrote; this is for the few
bytes that decide whether somebody comes in at all, such as what an authenticator app shares with
us. Sealed they are text, ``sealed:<name of the key>:<base64 of nonce, ciphertext and tag>``. What
they are for, the key's name, and whose they are go in as associated data.
"""

from __future__ import annotations

import base64
import binascii
import logging
from typing import TYPE_CHECKING

from courseapp.vault import keyring, keys, sealing

if TYPE_CHECKING:
    from uuid import UUID

MARK = "sealed"
log = logging.getLogger(__name__)


def seal(secret: str, *, purpose: str, owner: UUID) -> str:
    """By the current key. Raises ``keys.KeysUnavailable``."""
    ring = keys.ring()
    sealed = ring.seal(secret.encode(), purpose=purpose, owner=owner)
    return f"{MARK}:{ring.current}:{base64.urlsafe_b64encode(sealed).decode()}"


def unseal(text: str, *, purpose: str, owner: UUID) -> str:
    """What was sealed; raises ``keys.Unreadable`` for anything else, and ``KeysUnavailable``."""
    ring = keys.ring()
    try:
        name, sealed = _parts(text)
        return ring.unseal(sealed, name=name, purpose=purpose, owner=owner).decode()
    except keyring.UnknownKey:
        why = "unknown key"
    except sealing.Refuses:
        why = "damaged, or another's"
    log.error("A secret for %s does not open: %s.", purpose, why)
    raise keys.Unreadable(why)


def is_current(text: str) -> bool:
    """Whether it says to be sealed by the current key, so that a rotation may pass it by."""
    return text.startswith(f"{MARK}:{keys.ring().current}:")


def _parts(text: str) -> tuple[str, bytes]:
    mark, name, sealed = (*text.split(":", 2), "", "")[:3]
    if mark != MARK:
        raise sealing.Refuses
    try:
        found = base64.b64decode(sealed, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise sealing.Refuses from None
    return name, found
