"""Handing somebody all that is kept of them: at once where that is little, else by the worker.

What the worker makes is sealed with the reader's own key before it touches a disk, waits for a day
at most, and is gone once it is fetched.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

import courseapp.post.privacy
import lessons.privacy
from courseapp.accounts import handovers
from courseapp.errors import NotFound
from courseapp.mydata import bundle
from courseapp.post import doorbell, letters, outbox
from courseapp.post.models import Letter
from courseapp.vault import keys, sealing, texts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    from courseapp.accounts.models import Handover, User

TASK = "courseapp.hand_over"
# Mails and facts that a page makes a file of while somebody waits: well below a second.
AT_ONCE = 2_000


class NothingToFetch(NotFound):
    """It was fetched, it is a day old, or it never was this person's."""

    code = "nothing_to_fetch"


def is_much(person: User) -> bool:
    """Whether the file takes longer than a page should."""
    return courseapp.post.privacy.count(person) + lessons.privacy.count(person) > AT_ONCE


def ask(*, person: User, now: datetime) -> Handover:
    """Have the worker make it; asked again meanwhile, it stays the one."""
    with transaction.atomic():
        row = handovers.ask(person=person, now=now)
        transaction.on_commit(lambda: doorbell.ring(TASK), robust=True)
    return row


def make_due(*, now: datetime) -> int:
    """Make what was asked for, and write to whom it is for; how many. Cut off, it begins again."""
    number = 0
    for row in handovers.claim(now=now):
        with as_of(row.person):
            sealed = _sealed(row, bundle.made(row.person, now=now), now)
            with transaction.atomic():
                is_kept = handovers.keep(row, sealed, now=now)
                if is_kept:
                    _tell(row, now)
            number += is_kept
    return number


def take(*, person: User, uuid: UUID, now: datetime) -> bytes:
    """The file that was made, once. Raises ``NothingToFetch``, and what the vault raises."""
    bunch = keys.of(person.uuid)
    sealed = handovers.take(person=person, uuid=uuid, now=now)
    if sealed is None:
        raise NothingToFetch(_("This file is no longer here. Ask for a new one."))
    return texts.unsealed(bunch, place=_place(uuid), sealed=sealed)


def _sealed(row: Handover, file: bytes, now: datetime) -> bytes:
    bunch = keys.obtain(owner=row.person.uuid, now=now)
    newest = bunch.newest
    if newest is None:  # Forgotten this very moment.
        raise keys.KeysUnavailable
    return sealing.seal(
        file,
        key=bunch.key(newest.generation),
        generation=newest.generation,
        place=_place(row.uuid),
        owner=row.person.uuid,
    )


def _place(uuid: UUID) -> sealing.Place:
    return sealing.Place(model="accounts.Handover", field="file", row=uuid)


def _tell(row: Handover, now: datetime) -> None:
    words = letters.render(template="my_data_ready", subject=_("What you asked for"), context={})
    outbox.put(
        stream=Letter.Stream.RECEIPT,
        key=f"handover:{row.uuid}",
        to=row.person.email,
        subject=words.subject,
        text=words.text,
        html=words.html,
        now=now,
        expires_at=now + handovers.KEPT,
    )


@contextmanager
def as_of(person: User) -> Iterator[None]:
    """In the language and on the clock of this person."""
    clock = ZoneInfo(person.time_zone)
    with translation.override(person.language or settings.LANGUAGE_CODE), timezone.override(clock):
        yield
