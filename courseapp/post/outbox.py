"""Putting a letter in the outbox, inside the transaction of the act it tells about."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from email.utils import parseaddr
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import translation

from courseapp.post import doorbell, filling
from courseapp.post import enclosures as along
from courseapp.post.models import Letter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from courseapp.post.enclosures import Enclosure
    from courseapp.post.models import Form

# Rows of one INSERT.
AT_ONCE = 500
NAMESPACE = uuid.UUID("5f0f9a53-6a1c-4c53-9f0e-6d4d9d3b2c11")
# The lower goes first: somebody is waiting for a code, nobody for an offer.
PRIORITY = {
    Letter.Stream.CODE: 0,
    Letter.Stream.RECEIPT: 1,
    Letter.Stream.LESSON: 2,
    Letter.Stream.OFFER: 3,
}


@dataclass(frozen=True)
class Filled:
    """A letter that is to be written from a form: to whom, and what its marks become.

    ``unsubscribe`` is the address where one click ends mails like this one.
    """

    stream: Letter.Stream
    key: str
    to: str
    form: Form
    values: Mapping[str, str]
    unsubscribe: str = ""
    expires_at: datetime | None = None
    language: str = ""


def put(
    *,
    stream: Letter.Stream,
    key: str,
    to: str,
    subject: str,
    text: str,
    html: str,
    now: datetime,
    expires_at: datetime | None = None,
    enclosures: Sequence[Enclosure] = (),
    is_owed: bool = False,
    unsubscribe: str = "",
) -> Letter:
    """Write a letter and ring the pump after the commit; the same ``key`` gives the same letter.

    ``enclosures`` go along; ``is_owed``: it does not go without them.

    Joins the caller's transaction: when that is undone, there is no letter.
    """
    letter = _addressed(stream, key, to, now)
    letter.subject = " ".join(subject.split())
    letter.text, letter.html = text, html
    letter.expires_at = expires_at
    letter.is_owed = is_owed
    letter.unsubscribe = unsubscribe
    with transaction.atomic():
        Letter.objects.bulk_create([letter], ignore_conflicts=True)
        written = Letter.objects.get(key=key)
        if enclosures:
            along.add(written, enclosures)
        transaction.on_commit(doorbell.ring, robust=True)
    return written


def put_filled(letter: Filled, *, now: datetime) -> Letter:
    """Write one letter from a form, else like ``put``; raises ``filling.WrongNames``."""
    put_many([letter], now=now)
    return Letter.objects.get(key=letter.key)


def put_many(letters: Iterable[Filled], *, now: datetime) -> None:
    """Write many letters at once and ring once. A key that is there already stays as it is.

    Raises ``filling.WrongNames`` and then writes none.
    """
    rows = [_filled(letter, now) for letter in letters]
    if not rows:
        return
    with transaction.atomic():
        Letter.objects.bulk_create(rows, ignore_conflicts=True, batch_size=AT_ONCE)
        transaction.on_commit(doorbell.ring, robust=True)


def _filled(filled: Filled, now: datetime) -> Letter:
    filling.require_names(filled.form, filled.values)
    letter = _addressed(filled.stream, filled.key, filled.to, now)
    letter.form = filled.form
    letter.values = dict(filled.values)
    letter.expires_at = filled.expires_at
    letter.unsubscribe = filled.unsubscribe
    letter.language = filled.language or letter.language
    return letter


def _addressed(stream: Letter.Stream, key: str, to: str, now: datetime) -> Letter:
    """An empty letter that is due now. Its Message-ID follows from the key, so that a mail that
    must be sent again is recognised as the same one."""
    name = uuid.uuid5(NAMESPACE, key)
    return Letter(
        uuid=name,
        key=key,
        message_id=f"<{name}@{_domain()}>",
        stream=stream,
        priority=PRIORITY[stream],
        to=to,
        created_at=now,
        next_at=now,
        language=translation.get_language() or "",
    )


def _domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
