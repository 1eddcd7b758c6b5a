"""What the outbox holds about a person: the mails sent to the address of the account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from courseapp.post.models import Letter

if TYPE_CHECKING:
    from datetime import datetime

    from courseapp.accounts.models import User


def export(user: User) -> dict[str, Any]:
    """The mails to this person, as JSON-ready values with ISO 8601 times; codes have no words."""
    return {
        "mails": [
            {
                "stream": letter.stream,
                "subject": letter.subject,
                "text": letter.text if letter.stream != Letter.Stream.CODE else "",
                "written_at": letter.created_at.isoformat(),
                "sent_at": letter.sent_at.isoformat() if letter.sent_at else None,
            }
            for letter in Letter.objects.filter(to=user.email).order_by("created_at", "pk")
        ]
    }


def erase(user: User, now: datetime) -> None:
    """Delete the mails to this person, also those not sent yet. Before the address is forgotten."""
    Letter.objects.filter(to=user.email).delete()
