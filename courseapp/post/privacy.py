"""What the outbox holds about a person: the mails sent to the address of the account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings

from courseapp.post import filling, mailbox, suppression
from courseapp.post.models import DeliveryEvent, Letter

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from courseapp.accounts.models import User


def export(user: User) -> dict[str, Any]:
    """The mails to this person, as JSON-ready values with ISO 8601 times; codes have no words."""
    return {
        "mails": [
            {
                "stream": letter.stream,
                "to": letter.to,
                "subject": words.subject,
                "text": words.text if letter.stream != Letter.Stream.CODE else "",
                "filled_in": letter.values if letter.stream != Letter.Stream.CODE else {},
                "written_at": letter.created_at.isoformat(),
                "sent_at": letter.sent_at.isoformat() if letter.sent_at else None,
                "attached": [one.name for one in letter.attachments.all()],
            }
            for letter, words in ((each, filling.words_of(each)) for each in _letters(user))
        ],
        "deliveries": [
            {
                "kind": event.kind,
                "at": event.at.isoformat(),
                "received_at": event.received_at.isoformat(),
                "event_id": event.event_id,
                "message_id": event.message_id,
            }
            for event in _events(user).order_by("at", "pk")
        ],
        "not_written_to": [
            {
                "scope": row.scope,
                "reason": row.reason,
                "at": row.at.isoformat(),
                "lifted_at": row.lifted_at.isoformat() if row.lifted_at else None,
                "tried_at": row.tried_at.isoformat() if row.tried_at else None,
            }
            for row in suppression.of(user.email).order_by("at")
        ],
    }


def count(user: User) -> int:
    """How many mails an export would hold."""
    return Letter.objects.filter(to=user.email).count()


def _letters(user: User) -> QuerySet[Letter]:
    found = Letter.objects.filter(to=user.email).order_by("created_at", "pk")
    return found.prefetch_related("attachments", "form")


def _events(user: User) -> QuerySet[DeliveryEvent]:
    hashes = suppression.hashes_of(user.email)
    return DeliveryEvent.objects.filter(address_hash__in=hashes)


def erase(user: User, now: datetime) -> None:
    """Delete the mails to this person, also those not sent yet. Before the address is forgotten."""
    Letter.objects.filter(to=user.email).delete()
    if settings.KEEPS_MAIL:
        mailbox.forget(user.email)
    _events(user).delete()
