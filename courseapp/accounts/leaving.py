"""Wanting to be forgotten: the account is locked at once, and erased on the day its owner chose.

Until that day whoever comes in again, or says so by the link in the mail, stays. From the moment an
erasure has begun there is no way back, however often it has to begin again.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from courseapp.accounts import devices, staff
from courseapp.accounts.models import Leaving, User
from courseapp.errors import NotFound, Refused

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

MOST_DAYS = 7
SALT = "courseapp.accounts.leaving"


class NotThatLong(Refused):
    code = "not_that_long"


class NothingToUndo(NotFound):
    """The link is not whole, its owner came back already, or the day has come."""

    code = "nothing_to_undo"


def lock(*, person: User, days: int, now: datetime) -> Leaving:
    """Sign the person out everywhere and let nobody in but to come back; erased after ``days``.

    Asked again, the last word counts. Raises ``NotThatLong`` and ``staff.LastOwner``.
    """
    if not 0 <= days <= MOST_DAYS:
        raise NotThatLong(_("Choose at most seven days."))
    moments = {"asked_at": now, "due_at": now + timedelta(days=days)}
    with transaction.atomic():
        staff.hold_against_erasure(person)
        row, _is_new = Leaving.objects.update_or_create(
            person=person, defaults={**moments, "begun_at": None, "came_back_at": None}
        )
        User.objects.filter(pk=person.pk).update(is_active=False)
        devices.end_all(person)
    person.is_active = False
    return row


def is_under_way(person: User) -> bool:
    """Whether this account is locked because its owner leaves, and may still come back."""
    return _open().filter(person=person).exists()


def come_back(*, person: User, now: datetime) -> bool:
    """Let the account be as it was; whether there was anything to undo."""
    with transaction.atomic():
        if not _open().filter(person=person).update(came_back_at=now):
            return False
        User.objects.filter(pk=person.pk).update(is_active=True)
    person.is_active = True
    return True


def due(*, now: datetime) -> QuerySet[Leaving]:
    """Whose day has come, also those whose erasure was begun and cut off."""
    return Leaving.objects.filter(due_at__lte=now, came_back_at=None).select_related("person")


def begin(row: Leaving, *, now: datetime) -> bool:
    """From here on there is no way back; False when its owner came back just before."""
    still = Leaving.objects.filter(pk=row.pk, due_at__lte=now, came_back_at=None)
    return bool(still.update(begun_at=now))


def word_of(row: Leaving) -> str:
    """What the link in the mail holds: good for this leaving only, and for nothing else."""
    return signing.dumps([str(row.person.uuid), row.asked_at.isoformat()], salt=SALT)


def read(word: str) -> User:
    """Whose word this is. Raises ``NothingToUndo``."""
    try:
        uuid, asked_at = signing.loads(word, salt=SALT)
    except signing.BadSignature:
        raise _nothing() from None
    row = _open().filter(person__uuid=uuid).select_related("person").first()
    if row is None or row.asked_at.isoformat() != asked_at:
        raise _nothing()
    return row.person


def _open() -> QuerySet[Leaving]:
    return Leaving.objects.filter(came_back_at=None, begun_at=None)


def _nothing() -> NothingToUndo:
    return NothingToUndo(_("There is nothing to undo: it was done already, or it is too late."))
