"""Putting a letter in the outbox, inside the transaction of the act it tells about."""

from __future__ import annotations

import uuid
from email.utils import parseaddr
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from courseapp.post import doorbell
from courseapp.post.models import Letter

if TYPE_CHECKING:
    from datetime import datetime

NAMESPACE = uuid.UUID("5f0f9a53-6a1c-4c53-9f0e-6d4d9d3b2c11")
# The lower goes first: somebody is waiting for a code, nobody for an offer.
PRIORITY = {
    Letter.Stream.CODE: 0,
    Letter.Stream.RECEIPT: 1,
    Letter.Stream.LESSON: 2,
    Letter.Stream.OFFER: 3,
}


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
) -> Letter:
    """Write a letter and ring the pump after the commit; the same ``key`` gives the same letter.

    Joins the caller's transaction: when that is undone, there is no letter. The Message-ID follows
    from the key, so that a mail that must be sent again is recognised as the same one.
    """
    name = uuid.uuid5(NAMESPACE, key)
    letter = Letter(
        uuid=name,
        key=key,
        message_id=f"<{name}@{_domain()}>",
        stream=stream,
        priority=PRIORITY[stream],
        to=to,
        subject=" ".join(subject.split()),
        text=text,
        html=html,
        created_at=now,
        next_at=now,
        expires_at=expires_at,
    )
    with transaction.atomic():
        Letter.objects.bulk_create([letter], ignore_conflicts=True)
        transaction.on_commit(doorbell.ring, robust=True)
    return Letter.objects.get(key=key)


def _domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
