"""Readers who called our mail spam: how many of late, held against what was sent.

Of a thousand mails one such click is borne. Above that the large providers begin to put all our
mail with the spam, the codes to sign in as well.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count

from courseapp.post.models import DeliveryEvent, Letter

if TYPE_CHECKING:
    from datetime import datetime

WITHIN = timedelta(days=7)
# Mails to one complaint; the guidelines of Gmail and Yahoo for senders: under 0.1 %.
BORNE = 1000
# With fewer mails than one complaint is borne of, one person alone would be too many. From so many
# persons on it is no coincidence, however little was sent.
SEVERAL = 5
UUID_IN = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Share:
    """Complaints among the mails of one stream within seven days.

    ``stream`` empty: a provider that uses a name of its own does not say about which mail it was,
    so these are held against all that was sent.
    """

    stream: str
    complaints: int
    sent: int

    @property
    def is_too_many(self) -> bool:
        """More than one in a thousand, where that says something."""
        says = self.sent >= BORNE or self.complaints >= SEVERAL
        return says and self.complaints * BORNE > self.sent


def of_late(*, now: datetime) -> list[Share]:
    """Of each stream that somebody complained about; three statements, and one if nobody did."""
    since = now - WITHIN
    told = DeliveryEvent.objects.filter(kind=DeliveryEvent.Kind.COMPLAINT, at__gt=since)
    about = [_letter_in(name) for name in told.values_list("message_id", flat=True)]
    if not about:
        return []
    known = dict(Letter.objects.filter(uuid__in=filter(None, about)).values_list("uuid", "stream"))
    complaints = Counter(known.get(one, "") if one else "" for one in about)
    went = Letter.objects.filter(sent_at__gt=since).order_by().values_list("stream")
    sent = dict(went.annotate(count=Count("pk")))
    sent[""] = sum(sent.values())
    return [
        Share(stream, count, sent.get(stream, 0)) for stream, count in sorted(complaints.items())
    ]


def _letter_in(message_id: str) -> UUID | None:
    """The letter that a Message-ID of ours names."""
    found = UUID_IN.search(message_id.lower())
    return UUID(found[0]) if found else None
