"""What a provider tells of mails after they were sent, and what follows from it.

Nobody is there: no more mail. A complaint: no more lessons and offers. Three times in thirty days a
mailbox that is full, or a server that is away: a pause.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from courseapp.post import suppression
from courseapp.post.models import DeliveryEvent, Suppression

if TYPE_CHECKING:
    from datetime import datetime

Kind = DeliveryEvent.Kind
# So many soft bounces within so long make a pause of so long.
SOFT, WITHIN, PAUSE = 3, timedelta(days=30), timedelta(days=7)
# Event types of django-anymail that need no second look.
PLAIN = {
    "delivered": Kind.DELIVERED,
    "deferred": Kind.SOFT_BOUNCE,
    "complained": Kind.COMPLAINT,
    "unsubscribed": Kind.UNSUBSCRIBED,
}
# What providers and mail servers say when an address is no good, or only not now, or when it is us
# they mean. RFC 3463: 5.1 and 5.2.1 are about the address, 5.7 is about who sends.
HARD = re.compile(r"hard.?bounce|permanent|invalid|\b5\.1\.(?!7|8)\d+|\b5\.2\.1\b", re.I)
OF_US = re.compile(r"\b5\.7\.\d+|blocked|spam|polic|reputat", re.I)
SCOPES = {
    Kind.HARD_BOUNCE: (Suppression.Scope.ALL, Suppression.Reason.HARD_BOUNCE),
    Kind.COMPLAINT: (Suppression.Scope.COURSE, Suppression.Reason.COMPLAINT),
    Kind.UNSUBSCRIBED: (Suppression.Scope.COURSE, Suppression.Reason.ASKED),
}


@dataclass(frozen=True)
class Told:
    """One thing a provider told: in django-anymail's words, with its own words in ``said``."""

    provider: str
    event_id: str
    type: str
    address: str
    message_id: str
    said: str
    at: datetime


def kind_of(told: Told) -> Kind | None:
    """What it means; None for what is of no use here.

    Providers call soft what others call hard, so it is hard only where the words say so.
    """
    if told.type in PLAIN:
        return PLAIN[told.type]
    if told.type not in {"bounced", "rejected"}:
        return None
    if told.type == "rejected":
        # Not tried at all: the provider's own list, or its opinion of us.
        return Kind.BLOCKED
    if OF_US.search(told.said):
        return Kind.BLOCKED
    return Kind.HARD_BOUNCE if HARD.search(told.said) else Kind.SOFT_BOUNCE


def take(told: Told, *, now: datetime) -> bool:
    """Keep what was told and do what follows; False when it was told before, or is of no use."""
    kind = kind_of(told)
    if kind is None or not told.address:
        return False
    event = DeliveryEvent(
        event_id=_name(told),
        kind=kind,
        address_hash=suppression.hash_of(told.address),
        message_id=told.message_id[:255],
        at=told.at,
        received_at=now,
    )
    with transaction.atomic():
        if DeliveryEvent.objects.filter(event_id=event.event_id).exists():
            return False
        DeliveryEvent.objects.bulk_create([event], ignore_conflicts=True)
        _follow(told.address, event, now)
    return True


def _follow(address: str, event: DeliveryEvent, now: datetime) -> None:
    kind = Kind(event.kind)
    if kind in SCOPES:
        scope, reason = SCOPES[kind]
        suppression.suppress(address=address, scope=scope, reason=reason, now=now)
    elif kind == Kind.SOFT_BOUNCE and _soft_bounces(event, now) >= SOFT:
        suppression.suppress(
            address=address,
            scope=Suppression.Scope.COURSE,
            reason=Suppression.Reason.SOFT_BOUNCES,
            now=now,
            until=now + PAUSE,
        )


def _soft_bounces(event: DeliveryEvent, now: datetime) -> int:
    """How many letters to this address bounced softly of late; one letter counts once."""
    of_late = DeliveryEvent.objects.filter(
        address_hash=event.address_hash, kind=Kind.SOFT_BOUNCE, at__gt=now - WITHIN
    )
    return of_late.values("message_id").distinct().count()


def _name(told: Told) -> str:
    """The event's id, or one made of what it says where a provider gives none."""
    if told.event_id:
        return f"{told.provider}:{told.event_id}"[:255]
    said = f"{told.type}|{told.address}|{told.message_id}|{told.at.isoformat()}"
    return f"{told.provider}:{hashlib.sha256(said.encode()).hexdigest()}"
