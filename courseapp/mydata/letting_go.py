"""Erasing whoever asks for it: locked and told at once, erased on the day they chose.

The row of the leaving is the queue of record. Each step may be cut off and is done again: the mail
stands in the transaction that locks the account, and an erasure that was begun is begun again until
its row is gone with the rest.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from courseapp import privacy
from courseapp.accounts import leaving
from courseapp.accounts.models import Leaving
from courseapp.errors import Refused
from courseapp.mydata import staying
from courseapp.mydata.handing_over import as_of
from courseapp.post import doorbell, letters, outbox
from courseapp.post.models import Letter
from lessons.drip import noticing

if TYPE_CHECKING:
    from datetime import datetime

    from courseapp.accounts.models import User

log = logging.getLogger(__name__)
TASK = "courseapp.let_go"
# The last mail, and what a mail server is being given right now, go before the address does. Not
# for ever: a mail server may be away for days.
WAITS = timedelta(minutes=10)


def ask(*, person: User, days: int, now: datetime) -> Leaving:
    """Lock the account and write the last mail: until when there is a way back, and what stays.

    Raises ``leaving.NotThatLong`` and ``accounts.staff.LastOwner``.
    """
    with transaction.atomic():
        row = leaving.lock(person=person, days=days, now=now)
        _tell(row, now)
        transaction.on_commit(lambda: doorbell.ring(TASK), robust=True)
    return row


def finish_due(*, now: datetime) -> int:
    """Erase everybody whose day has come; how many. One person's trouble keeps back no other."""
    number = 0
    for row in leaving.due(now=now):
        if _awaits_mail(row, now) or not leaving.begin(row, now=now):
            continue
        try:
            privacy.erase_person(row.person, now=now)
        except Refused as refusal:
            log.error("An erasure that is due was refused: %s.", refusal.code)  # noqa: TRY400 -- its code says all.
            continue
        number += 1
    return number


def welcome_back(*, now: datetime) -> int:
    """Have the mails of who came back planned anew; how many came."""
    back = list(Leaving.objects.exclude(came_back_at=None))
    for row in back:
        with transaction.atomic():
            noticing.look_again_at_all_of(reader=row.person_id, now=now)
            Leaving.objects.filter(pk=row.pk, came_back_at=row.came_back_at).delete()
    return len(back)


def _awaits_mail(row: Leaving, now: datetime) -> bool:
    """Whether a mail to this address is about to go, or is going this very moment."""
    if now > row.due_at + WAITS:
        return False
    return Letter.objects.filter(to=row.person.email).exclude(next_at=None).exists()


def _tell(row: Leaving, now: datetime) -> None:
    """The last mail, in its reader's language and on their clock."""
    person = row.person
    with as_of(person):
        words = letters.render(
            template="leaving",
            subject=_("Your account is closed"),
            context={
                "due_at": row.due_at if row.due_at > now else None,
                "stays": staying.of(person, now=row.due_at),
                "way_back": f"{settings.SITE_URL}/account/gegevens/blijven/{leaving.word_of(row)}/",
            },
        )
    outbox.put(
        stream=Letter.Stream.RECEIPT,
        key=f"leaving:{person.uuid}:{row.asked_at.isoformat()}",
        to=person.email,
        subject=words.subject,
        text=words.text,
        html=words.html,
        now=now,
    )
