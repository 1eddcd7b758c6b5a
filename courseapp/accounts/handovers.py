"""Files with all that is kept of somebody: asked for, made by the worker, fetched once, gone.

What is in them, and how it is sealed, is known above (``courseapp.mydata``); here they are bytes.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from courseapp.accounts.models import Handover

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    from courseapp.accounts.models import User

KEPT = timedelta(hours=24)
# Much longer than making one takes.
LEASE = timedelta(minutes=5)


def ask(*, person: User, now: datetime) -> Handover:
    """The one handover of this person, asked for now unless it was already."""
    row = Handover(person=person, asked_at=now, next_at=now)
    Handover.objects.bulk_create([row], ignore_conflicts=True)
    return Handover.objects.get(person=person)


def of(person: User, *, now: datetime) -> Handover | None:
    """What this person asked for: under way, or ready to be fetched."""
    found = Handover.objects.filter(person=person)
    return found.filter(Q(expires_at=None) | Q(expires_at__gt=now)).first()


def claim(*, now: datetime) -> Iterator[Handover]:
    """Those to make now, one by one; each is left alone by others for as long as the lease."""
    due = Handover.objects.filter(next_at__lte=now).select_related("person").order_by("next_at")
    for row in due:
        mine = Handover.objects.filter(pk=row.pk, next_at=row.next_at)
        if mine.update(next_at=now + LEASE):
            yield row


def keep(row: Handover, sealed: bytes, *, now: datetime) -> bool:
    """Put the file where it is fetched; False when its person was forgotten meanwhile."""
    file = _file(row.uuid)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    hidden = file.with_suffix(".new")
    descriptor = os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as handle:
        handle.write(sealed)
    hidden.replace(file)
    made = {"made_at": now, "expires_at": now + KEPT, "next_at": None}
    is_kept = bool(Handover.objects.filter(pk=row.pk).update(**made))
    if not is_kept:
        file.unlink(missing_ok=True)
    return is_kept


def take(*, person: User, uuid: UUID, now: datetime) -> bytes | None:
    """The file, which is gone then; None when there is none for this person, or no longer."""
    with transaction.atomic():
        mine = Handover.objects.select_for_update().filter(
            pk=uuid, person=person, expires_at__gt=now
        )
        if not mine.exists():
            return None
        file = _file(uuid)
        sealed = file.read_bytes() if file.is_file() else None
        Handover.objects.filter(pk=uuid).delete()
    file.unlink(missing_ok=True)
    return sealed


def forget(person: User) -> None:
    """Take away what this person asked for, the file first."""
    for row in Handover.objects.filter(person=person):
        _file(row.uuid).unlink(missing_ok=True)
        row.delete()


def forget_old(*, now: datetime) -> int:
    """Take away what nobody fetched within a day, and files that belong to nothing; how many."""
    for row in Handover.objects.filter(expires_at__lte=now):
        _file(row.uuid).unlink(missing_ok=True)
        row.delete()
    folder = Path(settings.HANDOVER_DIR)
    there = {uuid.hex for uuid in Handover.objects.values_list("uuid", flat=True)}
    lost = [file for file in folder.glob("*") if file.stem not in there and _is_old(file, now)]
    for file in lost:
        file.unlink(missing_ok=True)
    return len(lost)


def _is_old(file: Path, now: datetime) -> bool:
    """Not one that somebody is writing at this moment."""
    return file.stat().st_mtime < (now - LEASE).timestamp()


def _file(uuid: UUID) -> Path:
    return Path(settings.HANDOVER_DIR) / uuid.hex
