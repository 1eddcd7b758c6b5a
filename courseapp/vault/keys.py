"""A reader's keys: made with the first text, fetched to read, destroyed at erasure.

Nothing here keeps an unwrapped key longer than the ``Bunch`` that its caller holds: a request, or a
batch of a rotation.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import Error, connections
from django.utils.translation import gettext as _

from courseapp.errors import Refused
from courseapp.vault import keyring, sealing
from courseapp.vault.models import DataKey
from courseapp.vault.router import ALIAS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

log = logging.getLogger(__name__)


class Unreadable(Refused):
    """A text that does not open, whatever the reason. It is never shown, in no form.

    ``why`` is for the log and for tests; the person is told the same each time.
    """

    code = "unreadable"
    status = 500

    def __init__(self, why: str) -> None:
        super().__init__(
            _("This text cannot be shown. That is not because of you; write to us about it.")
        )
        self.why = why


class KeysUnavailable(Refused):
    """The keys cannot be asked for now: their database, or what unwraps them, is away."""

    code = "keys_unavailable"
    status = 503

    def __init__(self) -> None:
        super().__init__(
            _("Your own texts can neither be kept nor shown at the moment. Try again in a while.")
        )


class Bunch:
    """All keys of one owner, unwrapped one by one when they are used. For one piece of work."""

    def __init__(self, owner: UUID, rows: Sequence[DataKey]) -> None:
        self.owner = owner
        self._rows = {row.generation: row for row in rows}
        self._unwrapped: dict[int, AESGCM] = {}

    @property
    def newest(self) -> DataKey | None:
        """The one that new texts are sealed with."""
        return _newest(self._rows)

    @property
    def is_being_renewed(self) -> bool:
        return len(self._rows) > 1

    def key(self, generation: int) -> AESGCM:
        """Raises ``Unreadable``: it is missing, damaged, or wrapped by a key we do not have."""
        if generation not in self._unwrapped:
            self._unwrapped[generation] = self._unwrap(generation)
        return self._unwrapped[generation]

    def _unwrap(self, generation: int) -> AESGCM:
        row = self._rows.get(generation)
        if row is None:
            raise Unreadable("no key")
        wrapped, name = bytes(row.wrapped), row.wrapped_by
        try:
            return ring().unwrap(wrapped, name=name, generation=generation, owner=self.owner)
        except keyring.UnknownKey:
            raise Unreadable("unknown wrapper") from None
        except sealing.Refuses:
            raise Unreadable("damaged key") from None


def _newest(rows: Mapping[int, DataKey]) -> DataKey | None:
    return rows[max(rows)] if rows else None


def of(owner: UUID) -> Bunch:
    """This owner's keys, in one query; an empty bunch where there are none."""
    with asking():
        return Bunch(owner, list(DataKey.objects.of(owner)))


def obtain(*, owner: UUID, now: datetime) -> Bunch:
    """This owner's keys; the first is made where there are none, by whoever comes first."""
    bunch = of(owner)
    if bunch.newest is None:
        make(owner=owner, generation=1, now=now)
        bunch = of(owner)
    return bunch


def make(*, owner: UUID, generation: int, now: datetime) -> None:
    """A new key, unless this generation is there already."""
    wrapping = ring()
    row = DataKey(
        owner=owner,
        generation=generation,
        wrapped=wrapping.wrap(keyring.new_data_key(), generation=generation, owner=owner),
        wrapped_by=wrapping.current,
        made_at=now,
    )
    with asking():
        DataKey.objects.bulk_create([row], ignore_conflicts=True)


def destroy(owners: Sequence[UUID]) -> int:
    """Take away all keys of these owners, for good; how many there were."""
    with asking():
        number, _by_model = DataKey.objects.filter(owner__in=owners).delete()
        scrub()
    return number


def scrub() -> None:
    """Have SQLite empty its write-ahead log, where deleted keys would lie until it is full."""
    connection = connections[ALIAS]
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def ring() -> keyring.Keyring:
    """The key-encryption keys; raises ``KeysUnavailable`` where the setting is unusable."""
    try:
        return keyring.ours()
    except keyring.BadKeyring as error:
        log.error("%s", error)  # noqa: TRY400 -- its sentence says all.
        raise KeysUnavailable from None


@contextmanager
def asking() -> Iterator[None]:
    """Around what asks the database of keys: that it fails is told calmly, and logged."""
    try:
        yield
    except Error as error:
        raise _away(error) from None


def _away(error: Error) -> KeysUnavailable:
    log.error("The database of keys does not answer (%s).", type(error).__name__, exc_info=error)
    return KeysUnavailable()
