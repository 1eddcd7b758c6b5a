"""A person's data over all apps: everything on request, and nothing after an erasure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

import courseapp.accounts.privacy
import courseapp.accounts.staff
import courseapp.post.privacy
import courseapp.vault.privacy
import lessons.privacy
import payments.privacy
from courseapp.vault import ledger, sweeping

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from courseapp.accounts.models import User


class TooManyCameBack(Exception):
    """So many at once are a restored backup, or the wrong ledger: somebody has to look first."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"{number} people are here whom the ledger of erasures says were erased. After a"
            " restore that is right: run manage.py replay_erasures --yes. Otherwise the databases"
            " do not belong together. Nobody was touched."
        )
        self.number = number


def export_person(user: User) -> dict[str, Any]:
    """All that is kept about this person, by app, as JSON-ready values."""
    return {
        "account": courseapp.accounts.privacy.export(user),
        "mail": courseapp.post.privacy.export(user),
        "lessons": lessons.privacy.export(user),
        "orders": payments.privacy.export(user),
        "vault": courseapp.vault.privacy.export(user.uuid),
    }


def erase_person(user: User, *, now: datetime) -> None:
    """Take away all that need not be kept by law; what hangs on the account goes before it.

    First it goes into the ledger, so that what is cut off from then on is finished by
    ``replay_erasures``; the key goes last, when the rest is committed (see ``vault.sweeping``). So
    not within a transaction of the caller's, and as often as somebody likes. Raises
    ``accounts.staff.LastOwner`` and ``vault.keys.KeysUnavailable``: nothing is taken away then.
    """
    courseapp.vault.privacy.hold_against_erasure(user.uuid)
    with transaction.atomic():
        courseapp.accounts.staff.hold_against_erasure(user)
    ledger.note(owner=user.uuid, now=now)
    try:
        _take_away(user, now)
    except courseapp.accounts.staff.LastOwner:
        ledger.strike(owner=user.uuid)
        raise
    courseapp.vault.privacy.erase(user.uuid)


def _take_away(user: User, now: datetime) -> None:
    with transaction.atomic(durable=True):
        courseapp.accounts.staff.hold_against_erasure(user)
        payments.privacy.erase(user)
        lessons.privacy.erase(user)
        courseapp.post.privacy.erase(user, now=now)
        courseapp.accounts.privacy.erase(user, now=now)


def come_back_from_a_backup(also: Iterable[UUID] = ()) -> list[User]:
    """Who is here although the ledger, or ``also``, says that they were erased."""
    owners = list({*ledger.owners(), *also})
    found: list[User] = []
    for start in range(0, len(owners), sweeping.BATCH):
        found += courseapp.accounts.privacy.still_here(owners[start : start + sweeping.BATCH])
    return found


def replay_erasures(
    *, now: datetime, also: Iterable[UUID] = (), most: int | None = sweeping.MOST
) -> int:
    """Erase again whom a restored backup brought back, and whose erasure was cut off; how many.

    Raises ``TooManyCameBack`` for more than ``most``, and touches nobody then.
    """
    back = come_back_from_a_backup(also)
    if most is not None and len(back) > most:
        raise TooManyCameBack(len(back))
    for person in back:
        erase_person(person, now=now)
    return len(back)


def sweep_keys(*, most: int = sweeping.MOST) -> int:
    """Destroy keys of accounts that were erased; how many. Raises ``sweeping.TooManyOrphans``."""
    return sweeping.sweep(living=courseapp.accounts.privacy.not_erased, most=most)
