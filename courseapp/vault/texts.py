"""What a reader writes for herself: sealed when it is kept, opened for her alone.

    sealed = texts.write(owner=reader.uuid, place=place, text="…", now=now)
    text = texts.read(viewer=reader.uuid, owner=reader.uuid, place=place, sealed=row.text)

A row keeps the bytes; only these functions make text of them. There is no field that does so by
itself: a query, a dump, an error page and a log see bytes that tell nothing.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from courseapp.errors import NotFound
from courseapp.vault import keys, sealing
from courseapp.vault.keys import KeysUnavailable, Unreadable

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from courseapp.vault.keys import Bunch
    from courseapp.vault.sealing import Place

# JSON can carry half of a pair of surrogates; it is kept as it came.
LONE = "surrogatepass"
log = logging.getLogger(__name__)


class NotYours(NotFound):
    """Somebody asked for another's text; nobody but its owner is ever shown one."""


def write(*, owner: UUID, place: Place, text: str, now: datetime) -> bytes:
    """The text sealed, to be kept in this place; the owner's key is made if it is the first.

    Raises ``keys.KeysUnavailable``: then nothing may be kept.
    """
    bunch = keys.obtain(owner=owner, now=now)
    # 0: erased this very moment. There is no such key.
    generation = bunch.newest.generation if bunch.newest else 0
    try:
        key = bunch.key(generation)
    except Unreadable as error:
        log.error("A text for %s.%s cannot be sealed: %s.", place.model, place.field, error.why)  # noqa: TRY400 -- the reason says all, a traceback more.
        raise KeysUnavailable from None
    return sealing.seal(
        text.encode("utf-8", LONE), key=key, generation=generation, place=place, owner=owner
    )


def read(*, viewer: UUID | None, owner: UUID, place: Place, sealed: bytes | memoryview) -> str:
    """One text; for several, ``open_for`` asks for the keys once.

    Raises ``NotYours``, ``Unreadable`` and ``keys.KeysUnavailable``.
    """
    return open_for(viewer=viewer, owner=owner).read(place=place, sealed=sealed)


def open_for(*, viewer: UUID | None, owner: UUID) -> Opened:
    """The texts of this owner, for a page that shows several; not to be kept beyond it.

    Raises ``NotYours`` before anything is asked, and ``keys.KeysUnavailable``.
    """
    if viewer is None or viewer != owner:
        log.warning("Somebody asked for another's text.")
        raise NotYours(_("There is nothing here."))
    return Opened(keys.of(owner))


class Opened:
    """Reads texts of one owner, with one bunch of keys."""

    def __init__(self, bunch: Bunch) -> None:
        self._bunch = bunch

    def read(self, *, place: Place, sealed: bytes | memoryview) -> str:
        """Raises ``Unreadable``."""
        try:
            return unsealed(self._bunch, place=place, sealed=bytes(sealed)).decode("utf-8", LONE)
        except UnicodeDecodeError:
            error = Unreadable("not our text")
        except Unreadable as unreadable:
            error = unreadable
        log.error("A text of %s.%s does not open: %s.", place.model, place.field, error.why)
        raise error from None


def unsealed(bunch: Bunch, *, place: Place, sealed: bytes) -> bytes:
    """The bytes of a text; raises ``Unreadable``."""
    try:
        key = bunch.key(sealing.generation_of(sealed))
        return sealing.unseal(sealed, key=key, place=place, owner=bunch.owner)
    except sealing.Refuses:
        raise Unreadable("damaged text") from None
