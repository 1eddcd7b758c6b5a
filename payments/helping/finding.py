"""Looking one reader up, by their whole address; nothing is listed, and every look is on record."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from courseapp.accounts import addresses, audit
from courseapp.accounts.models import AuditEntry, User
from courseapp.errors import NotFound

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

# Pages seen one after the other are one look at a reader.
ONE_LOOK = timedelta(minutes=10)
FOUND, LOOKED_AT, NOBODY = "reader.found", "reader.looked_at", "reader.nobody_found"


class ReaderNotFound(NotFound):
    """Nobody, or somebody who was erased."""

    code = "reader_not_found"


def reader_called(*, email: str, by: User, now: datetime) -> User | None:
    """The account of exactly this address, however it is written; None: there is none.

    That it was asked is recorded on whom was found, or else on who asked; never the address.
    """
    reader = User.objects.filter(email=addresses.tidy(email), is_active=True).first()
    if reader is None:
        audit.record(by=by, act=NOBODY, on=by, now=now)
    else:
        audit.record(by=by, act=FOUND, on=reader, now=now)
    return reader


def reader(*, uuid: UUID) -> User:
    """The account an address of this room names. Raises ``ReaderNotFound``."""
    found = User.objects.filter(uuid=uuid, is_active=True).first()
    if found is None:
        raise ReaderNotFound(_("There is no such reader."))
    return found


def note_look(*, reader: User, by: User, now: datetime) -> None:
    """Record that this person sees what is known of the reader, once for one look."""
    seen = AuditEntry.objects.filter(
        by=by, kind="user", target=str(reader.pk), at__gt=now - ONE_LOOK,
        act__in=[FOUND, LOOKED_AT],
    )  # fmt: skip
    if not seen.exists():
        audit.record(by=by, act=LOOKED_AT, on=reader, now=now)


def acts_on(reader: User, *, most: int = 30) -> list[AuditEntry]:
    """What staff did about this reader, the last thing first."""
    rows = AuditEntry.objects.filter(kind="user", target=str(reader.pk))
    return list(rows.select_related("by", "token").order_by("-at", "-pk")[:most])
