"""What became of the letters of mails: copied, since the outbox forgets letters one day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from courseapp.post.models import Letter
from lessons.drip.models import Mail

if TYPE_CHECKING:
    from datetime import datetime

BATCH = 2000


def note(*, now: datetime) -> int:
    """Write down what came of letters since; returns of how many."""
    waiting = Mail.objects.filter(state=Mail.State.QUEUED, decided_at__lte=now)
    mails = {f"drip:{mail.letter}": mail for mail in waiting.order_by("decided_at")[:BATCH]}
    done = []
    for letter in Letter.objects.filter(key__in=list(mails), next_at=None):
        mail = mails[letter.key]
        mail.state = _state(letter)
        mail.sent_at = letter.sent_at
        done.append(mail)
    Mail.objects.bulk_update(done, ["state", "sent_at"])
    return len(done)


def _state(letter: Letter) -> Mail.State:
    if letter.sent_at is not None:
        return Mail.State.SENT
    if letter.withheld:
        return Mail.State.WITHHELD
    return Mail.State.IN_DOUBT if letter.begun_at else Mail.State.FAILED
